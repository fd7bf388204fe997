"""Invented people's names: English, Hispanic, French, Indian and Chinese, and the ways others write them down."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chance import Wheel

if TYPE_CHECKING:
    from chance import Chance

__all__ = ["CULTURES", "Name", "company_name", "draw_name", "plain", "twin_name", "with_family"]


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in Latin letters, and in characters if the person writes it so.

    ``han`` and ``han_family`` are empty for everybody but the Chinese; ``nicknames`` are what friends and careless
    clerks write for ``given``.
    """

    given: str
    family: str
    middle: str = ""
    suffix: str = ""
    han_given: str = ""
    han_family: str = ""
    nicknames: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The name in Latin letters, given name first."""
        return " ".join(filter(None, (self.given, self.middle, self.family, self.suffix)))

    @property
    def han(self) -> str:
        """The name in Chinese characters, or nothing."""
        return self.han_family + self.han_given


def _listed(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for word in text.split():
        name, _, nicknames = word.partition(":")
        found.append((name.replace("_", " "), tuple(filter(None, nicknames.split(",")))))
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _paired(text: str) -> tuple[tuple[str, str], ...]:
    found = re.findall(r"([\u4e00-\u9fff]+)([A-Za-zü]+)", text)
    return tuple((han, latin) for han, latin in found)


_GIVEN: dict[tuple[str, str], tuple[tuple[str, tuple[str, ...]], ...]] = {
    ("english", "m"): _listed("""
        James:Jim,Jimmy William:Bill,Will,Billy Robert:Bob,Rob,Bobby John:Jack,Johnny Michael:Mike,Mick Thomas:Tom,Tommy
        Richard:Dick,Rick,Rich Charles:Charlie,Chuck Joseph:Joe,Joey Daniel:Dan,Danny Matthew:Matt Anthony:Tony
        Andrew:Andy,Drew Edward:Ed,Ted,Eddie Christopher:Chris Steven:Steve Kenneth:Ken,Kenny Gregory:Greg Ronald:Ron
        Nicholas:Nick Samuel:Sam Benjamin:Ben Alexander:Alex Patrick:Pat Henry:Harry,Hank Raymond:Ray Lawrence:Larry
        Albert:Al,Bert Frederick:Fred Leonard:Len,Lenny Walter:Walt Theodore:Ted Harold:Hal Philip:Phil Peter:Pete
        Stuart:Stu Neil Craig Scott Brian Kevin Paul Mark Ian Graham Alan Keith Gary Ryan Adam Owen Liam Noah Isaac"""),
    ("english", "f"): _listed("""
        Elizabeth:Liz,Beth,Betty Margaret:Maggie,Peggy Katherine:Kate,Kathy Patricia:Pat,Trish Jennifer:Jen,Jenny
        Barbara:Barb Susan:Sue Deborah:Deb,Debbie Rebecca:Becky Victoria:Vicky Catherine:Cathy Samantha:Sam
        Christine:Chris Pamela:Pam Kimberly:Kim Jacqueline:Jackie Theresa:Terry Abigail:Abby Judith:Judy Dorothy:Dot
        Alexandra:Alex,Sandra Amanda:Mandy Cynthia:Cindy Eleanor:Ellie,Nell Josephine:Jo Penelope:Penny Stephanie:Steph
        Gabrielle:Gabby Nancy Linda Karen Donna Ruth Sharon Michelle Laura Sarah Helen Anna Emma Olivia Grace Alice Joan
        Hannah Chloe Lucy Diane Claire Fiona"""),
    ("hispanic", "m"): _listed("""
        José:Pepe Francisco:Paco,Pancho Jesús:Chuy Luis:Lucho Manuel:Manolo Antonio:Toño Juan Carlos Miguel Ángel
        Alejandro:Alex Eduardo:Lalo Roberto:Beto Guillermo:Memo Ignacio:Nacho Enrique:Quique Rafael:Rafa Andrés
        Ricardo Héctor Javier Raúl Sergio Óscar Rubén Tomás Martín"""),
    ("hispanic", "f"): _listed("""
        María Guadalupe:Lupe Concepción:Concha Dolores:Lola Mercedes:Meche Rosario:Charo Isabel:Chabela Teresa:Tere
        Francisca:Paquita Carmen Ana Lucía Sofía Elena Verónica:Vero Beatriz:Bea Graciela:Chela Mónica Inés
        Patricia:Paty Marisol Yolanda:Yoli Adriana Leticia:Lety Rocío Pilar Alicia"""),
    ("french", "m"): _listed("Jean-Pierre Luc Étienne François Mathieu Gaétan Réjean Benoît Yves Olivier Sébastien"),
    ("french", "f"): _listed("Marie-Ève Geneviève Josée Chantal Mélanie Hélène Véronique Noémie Solange Andrée"),
    ("indian", "m"): _listed("""
        Rajesh:Raj Suresh Ramesh Mahesh Amit Rahul Vikram:Vicky Sanjay Arjun Karthik Srinivas:Srini Venkatesh:Venky
        Ganesh Harish Manoj Prakash Ravi Deepak Anil Sunil Ashok Vijay Krishnan Subramaniam:Subbu Gurpreet:Guri Harpreet
        Imran Salman Farhan Mohammed:Mohd Joseph Thomas"""),
    ("indian", "f"): _listed("""
        Priya Anjali Kavita Sunita Lakshmi Meena Deepa Pooja Neha Rekha Usha Shanti Padma Radha Geeta Asha Divya
        Sneha Nisha Swati Jaspreet Manpreet:Mani Fatima Ayesha Zainab Mary Anita Vidya Revathi"""),
}
_FAMILY: dict[str, tuple[str, ...]] = {
    "english": _words("""
        Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson
        White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Mitchell
        Campbell Roberts Carter Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan
        Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price
        Foster Sanders Ross Powell Sullivan Russell Fisher Henderson Cole West Jordan Owens Reynolds Graham Wallace
        Hayward Ashworth Pemberton Thistlewood Ravenscroft O'Brien O'Connor McDonald MacLeod Fitzgerald Smith-Jones
        Featherstone Winterbourne"""),
    "hispanic": (
        *_words("""
        García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz
        Cruz Morales Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Castillo Jiménez Vásquez Romero Moreno Muñoz
        Núñez Peña Ibáñez Zúñiga"""),
        "de la Cruz",
        "de León",
        "del Río",
    ),
    "french": _words("Tremblay Gagnon Roy Côté Bouchard Gauthier Lévesque Bélanger Pelletier Beaulieu St-Pierre"),
    "indian": _words("""
        Sharma Verma Gupta Singh Kaur Patel Shah Mehta Reddy Rao Nair Menon Iyer Iyengar Pillai Das Banerjee
        Mukherjee Chatterjee Joshi Kulkarni Deshpande Naidu Chaudhary Khan Ansari Fernandes D'Souza Kumar Mishra Yadav
        Agarwal Bhatt"""),
}
_HAN_FAMILY = _paired("""
    王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 黄Huang 赵Zhao 吴Wu 周Zhou 徐Xu 孙Sun 马Ma 朱Zhu 胡Hu 郭Guo 何He 高Gao
    林Lin 郑Zheng 谢Xie 罗Luo 梁Liang 宋Song 唐Tang 许Xu 韩Han 冯Feng 邓Deng 曹Cao 彭Peng 曾Zeng 肖Xiao 田Tian 董Dong
    潘Pan 袁Yuan 蔡Cai 蒋Jiang 余Yu 于Yu 杜Du 叶Ye 程Cheng 魏Wei 苏Su 吕Lü 丁Ding 任Ren 沈Shen 姚Yao 卢Lu 单Shan
    欧阳Ouyang 司马Sima 诸葛Zhuge""")
_HAN_GIVEN = {
    "m": _paired("""
    伟wei 强qiang 磊lei 军jun 勇yong 杰jie 涛tao 明ming 超chao 刚gang 平ping 辉hui 鹏peng 华hua 飞fei 波bo 斌bin 宇yu
    浩hao 凯kai 健jian 俊jun 帅shuai 志zhi 建jian 国guo 文wen 海hai 云yun 龙long 生sheng 林lin 峰feng 晨chen 博bo
    子zi 天tian 泽ze 睿rui 成cheng 德de 永yong 家jia 庆qing 春chun 东dong"""),
    "f": _paired("""
    芳fang 娜na 敏min 静jing 丽li 艳yan 娟juan 霞xia 秀xiu 英ying 玲ling 燕yan 红hong 梅mei 琳lin 雪xue 婷ting 慧hui
    莹ying 倩qian 洁jie 颖ying 欣xin 怡yi 佳jia 雨yu 梦meng 晓xiao 玉yu 兰lan 桂gui 凤feng 萍ping 月yue 春chun 文wen
    思si 诗shi 涵han 子zi 美mei 淑shu 宁ning 云yun 珍zhen 琴qin"""),
}
CULTURES = {
    "US": Wheel({"english": 52.0, "hispanic": 27.0, "chinese": 10.0, "indian": 8.0, "french": 3.0}),
    "GB": Wheel({"english": 70.0, "indian": 18.0, "chinese": 8.0, "hispanic": 4.0}),
    "CN": Wheel({"chinese": 98.0, "english": 2.0}),
    "IN": Wheel({"indian": 100.0}),
    "AU": Wheel({"english": 68.0, "chinese": 18.0, "indian": 14.0}),
    "CA": Wheel({"english": 50.0, "french": 18.0, "chinese": 16.0, "indian": 16.0}),
}


def _latin_given(parts: tuple[tuple[str, str], ...]) -> str:
    return "".join(latin for _, latin in parts).capitalize()


def draw_name(culture: str, sex: str, chance: Chance) -> Name:
    """Invent a name."""
    if culture == "chinese":
        family = chance.pick(_HAN_FAMILY)
        parts = tuple(chance.pick(_HAN_GIVEN[sex]) for _ in range(1 if chance.yes(0.3) else 2))
        return Name(_latin_given(parts), family[1], han_given="".join(h for h, _ in parts), han_family=family[0])
    given, nicknames = chance.pick(_GIVEN[culture, sex])
    family_name = chance.pick(_FAMILY[culture])
    middle = ""
    if culture == "english" and chance.yes(0.45):
        middle = chance.pick(_GIVEN[culture, sex])[0]
    elif culture == "hispanic" and chance.yes(0.7):
        family_name = f"{family_name} {chance.pick(_FAMILY[culture][:30])}"
    return Name(given, family_name, middle, nicknames=nicknames)


def twin_name(name: Name, culture: str, sex: str, chance: Chance) -> Name:
    """Name a twin: same family name, and for the Chinese one syllable of the given name in common."""
    other = with_family(draw_name(culture, sex, chance), name)
    while other.given == name.given:
        other = with_family(draw_name(culture, sex, chance), name)
    if culture == "chinese" and len(name.han_given) > 1:
        han, latin = chance.pick(_HAN_GIVEN[sex])
        first_latin = dict(_HAN_GIVEN["m"] + _HAN_GIVEN["f"])[name.han_given[0]]
        if han != name.han_given[1]:
            return replace(other, given=(first_latin + latin).capitalize(), han_given=name.han_given[0] + han)
    return other


def with_family(name: Name, family: Name) -> Name:
    """Give a name another's family name."""
    return replace(name, family=family.family, han_family=family.han_family)


def plain(text: str) -> str:
    """Drop the diacritics, as many a system does.

    >>> plain("Núñez Lü")
    'Nunez Lu'
    """
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_TRADES = ("Logistics", "Foods", "Textiles", "Motors", "Catering", "Timber", "Print", "Roofing", "Packaging", "Dental")
_HAN_TRADES = (
    "商贸|Trading",
    "物流|Logistics",
    "食品|Food",
    "科技|Technology",
    "建材|Building Materials",
    "餐饮|Catering",
)
_HAN_BRANDS = ("华星|Huaxing", "瑞丰|Ruifeng", "鼎盛|Dingsheng", "蓝天|Lantian", "同兴|Tongxing", "金桥|Jinqiao")
_FORMS = {
    "US": ("Inc.", "LLC", "Corp."),
    "GB": ("Ltd", "LLP", "Limited"),
    "IN": ("Pvt Ltd", "Private Limited"),
    "AU": ("Pty Ltd",),
    "CA": ("Inc.", "Ltd."),
}


def company_name(country: str, city: tuple[str, str], chance: Chance) -> Name:
    """Invent a company (``city``: its name in Latin letters and in characters); the whole name stands in ``family``."""
    if country == "CN":
        brand, trade = chance.pick(_HAN_BRANDS).split("|"), chance.pick(_HAN_TRADES).split("|")
        latin = f"{city[0]} {brand[1]} {trade[1]} Co., Ltd."
        return Name("", latin, han_family=f"{city[1]}{brand[0]}{trade[0]}有限公司")
    word = chance.pick(_FAMILY["english" if country != "IN" else "indian"])
    return Name("", f"{word} {chance.pick(_TRADES)} {chance.pick(_FORMS[country])}")
