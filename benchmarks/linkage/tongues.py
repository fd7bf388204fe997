"""Names of five languages, in their own script and in the spellings that papers abroad give them.

Each stock is sorted from common to rare. ``A|B/C`` is a name in its own script and the Latin spellings in use.
"""

# ruff: noqa: SIM905  # a hundred names read better as words than as a list of strings

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from linkage.chance import Chance, chosen

if TYPE_CHECKING:
    import numpy as np

__all__ = ["NAMERS", "bare"]

_HAN_FAMILIES = """
    王|Wang|Wong 李|Li|Lee 张|Zhang|Cheung 刘|Liu|Lau 陈|Chen|Chan 杨|Yang|Yeung 黄|Huang|Wong
    赵|Zhao|Chiu 吴|Wu|Ng 周|Zhou|Chow 徐|Xu|Tsui 孙|Sun|Suen 马|Ma|Ma 朱|Zhu|Chu 胡|Hu|Wu 郭|Guo|Kwok
    何|He|Ho 林|Lin|Lam 高|Gao|Ko 罗|Luo|Law 郑|Zheng|Cheng 梁|Liang|Leung 谢|Xie|Tse 宋|Song|Sung
    唐|Tang|Tong 许|Xu|Hui 邓|Deng|Tang 冯|Feng|Fung 韩|Han|Hon 曹|Cao|Tso 曾|Zeng|Tsang 彭|Peng|Pang
    萧|Xiao|Siu 蔡|Cai|Choi 潘|Pan|Poon 田|Tian|Tin 董|Dong|Tung 袁|Yuan|Yuen 于|Yu|Yu 余|Yu|Yu
    叶|Ye|Yip 蒋|Jiang|Cheung 杜|Du|To 苏|Su|So 魏|Wei|Ngai 程|Cheng|Ching 吕|Lu/Lv/Lyu|Lui 丁|Ding|Ting
    任|Ren|Yam 沈|Shen|Sum 姚|Yao|Yiu 卢|Lu|Lo 钟|Zhong|Chung 崔|Cui|Chui 谭|Tan|Tam 陆|Lu|Luk
    范|Fan|Fan 汪|Wang|Wong 廖|Liao|Liu 石|Shi|Shek 金|Jin|Kam 贾|Jia|Ka 夏|Xia|Ha 付|Fu|Fu 方|Fang|Fong
    邹|Zou|Chau 熊|Xiong|Hung 白|Bai|Pak 孟|Meng|Mang 秦|Qin|Tsun
    """.split()
_HAN_GIVEN = """
    伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan 涛tao
    明ming 超chao 秀xiu 霞xia 平ping 刚gang 桂gui 英ying 华hua 玉yu 兰lan 红hong 梅mei 建jian 国guo
    文wen 志zhi 海hai 春chun 晓xiao 小xiao 雪xue 宇yu 浩hao 欣xin 雨yu 子zi 思si 佳jia 嘉jia 俊jun 博bo
    天tian 立li 永yong 新xin 东dong 峰feng 斌bin 波bo 辉hui 玲ling 燕yan 琳lin 婷ting 慧hui 莉li 萍ping
    云yun 凤feng 洁jie 琴qin 成cheng 龙long 林lin 鹏peng 旭xu 健jian 亮liang 民min 福fu 生sheng 光guang
    金jin 美mei 珍zhen 宁ning 乐le 瑞rui 泽ze 轩xuan 涵han 怡yi 萱xuan 诗shi 梦meng 洪hong 德de 忠zhong
    义yi 清qing 振zhen 世shi 家jia 绿lv 萌meng 安an 恩en 偶ou
    """.split()

_VIET_FAMILIES = "Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
_VIET_SHARES = (38, 11, 9.5, 7, 3, 2.5, 4.5, 2, 2, 2.1, 2, 1.4, 1.3, 1.3, 1, 0.5)
_VIET_MIDDLES = ("Văn Minh Hữu Quốc Đức Thanh".split(), "Thị Ngọc Thu Kim Thanh Minh".split())
_VIET_GIVEN = (
    "Anh Hùng Dũng Tuấn Minh Nam Long Hải Sơn Đức Thành Quang Huy Phúc Khoa Bình Cường Tâm Tiến Vinh".split(),
    "Hương Lan Linh Mai Hoa Thảo Trang Ngọc Hà Phương Nga Yến Thu Vân Anh Chi Hạnh Loan Thủy Dung".split(),
)

_ARABIC_GIVEN = (
    """
    محمد|Mohammed/Muhammad/Mohamed/Mohamad أحمد|Ahmed/Ahmad علي|Ali/Aly حسن|Hassan/Hasan
    حسين|Hussein/Hussain/Husain عبدالله|Abdullah/Abdallah عمر|Omar/Umar يوسف|Youssef/Yusuf/Yousef
    إبراهيم|Ibrahim/Ebrahim خالد|Khaled/Khalid مصطفى|Mustafa/Moustafa/Mostafa محمود|Mahmoud/Mahmood
    سعيد|Said/Saeed/Sayeed طارق|Tarek/Tariq/Tareq كريم|Karim/Kareem بلال|Bilal/Belal سمير|Samir/Sameer
    رشيد|Rashid/Rasheed/Rachid
    """.split(),
    """
    فاطمة|Fatima/Fatma/Fatimah عائشة|Aisha/Ayesha/Aicha مريم|Maryam/Mariam/Meryem
    زينب|Zainab/Zeinab/Zaynab خديجة|Khadija/Khadijah/Khadeeja نور|Nour/Noor/Nur ليلى|Layla/Leila/Laila
    سارة|Sara/Sarah هدى|Huda/Hoda أمينة|Amina/Aminah/Ameena سميرة|Samira/Sameera
    جميلة|Jamila/Jameela/Djamila رنا|Rana/Ranaa سلمى|Salma/Selma
    """.split(),
)
_ARABIC_FAMILIES = """
    محمد|Mohamed/Mohammed/Muhammad أحمد|Ahmed/Ahmad علي|Ali حسن|Hassan/Hasan
    السيد|Elsayed/Al-Sayed/El-Sayed المصري|Al-Masri/El-Masry/Almasri
    الحسيني|Al-Husseini/El-Husseini/Alhussaini خليل|Khalil/Khaleel منصور|Mansour/Mansoor
    عثمان|Osman/Othman/Uthman صالح|Saleh/Salih ناصر|Nasser/Nasir/Naser حداد|Haddad/Hadad
    خوري|Khoury/Khouri/Khuri قاسم|Qasim/Kassem/Qassem سليمان|Suleiman/Sulaiman/Soliman
    رحمن|Rahman/Rehman شريف|Sharif/Shareef/Cherif يعقوب|Yaqub/Yacoub/Yaqoob جابر|Jaber/Jabir/Gaber
    داود|Dawood/Daoud/Dawud عزيز|Aziz/Azeez مراد|Murad/Mourad حمدان|Hamdan/Hamdane
    زيدان|Zidan/Zeidan/Zidane فارس|Fares/Faris بركات|Barakat/Barkat نجار|Najjar/Nagar/Najar
    """.split()

_RUSSIAN_GIVEN = (
    """
    Александр|Aleksandr/Alexander/Oleksandr Сергей|Sergei/Sergey/Serhii
    Дмитрий|Dmitri/Dmitry/Dmytro/Dmitriy Алексей|Aleksei/Alexey/Oleksii Андрей|Andrei/Andrey/Andrii
    Юрий|Yuri/Yury/Iurii/Yuriy Михаил|Mikhail/Mykhailo Евгений|Evgeny/Yevgeny/Evgenii
    Владимир|Vladimir/Volodymyr Николай|Nikolai/Nikolay/Mykola Игорь|Igor/Ihor Павел|Pavel/Pavlo
    Виктор|Viktor/Victor Максим|Maxim/Maksim/Maksym Артём|Artem/Artyom Олег|Oleg/Oleh
    """.split(),
    """
    Екатерина|Ekaterina/Yekaterina/Kateryna Елена|Elena/Yelena/Olena Наталья|Natalia/Natalya/Nataliia
    Ольга|Olga/Olha Татьяна|Tatiana/Tatyana/Tetiana Юлия|Yulia/Julia/Iuliia Анна|Anna/Hanna
    Ирина|Irina/Iryna Мария|Maria/Mariya/Mariia Светлана|Svetlana/Svitlana Оксана|Oksana/Oxana
    Людмила|Lyudmila/Ludmila/Liudmyla Ксения|Ksenia/Xenia/Kseniya
    """.split(),
)
_RUSSIAN_FAMILIES = """
    Иванов|Ivanov Смирнов|Smirnov Кузнецов|Kuznetsov/Kuznecov Попов|Popov Васильев|Vasiliev/Vasilyev
    Петров|Petrov Соколов|Sokolov Михайлов|Mikhailov/Mikhaylov Новиков|Novikov Фёдоров|Fedorov/Fyodorov
    Морозов|Morozov Волков|Volkov Алексеев|Alekseev/Alexeyev Лебедев|Lebedev Семёнов|Semenov/Semyonov
    Егоров|Egorov/Yegorov Павлов|Pavlov Козлов|Kozlov Степанов|Stepanov Николаев|Nikolaev/Nikolayev
    Орлов|Orlov Андреев|Andreev/Andreyev Захаров|Zakharov/Zaharov Зайцев|Zaitsev/Zaytsev
    Соловьёв|Soloviev/Solovyov Борисов|Borisov Яковлев|Yakovlev/Iakovlev Григорьев|Grigoriev/Grigoryev
    Романов|Romanov Воробьёв|Vorobiev/Vorobyov Щербаков|Shcherbakov/Sherbakov Жуков|Zhukov/Jukov
    Чернов|Chernov/Tchernov Хохлов|Khokhlov/Hohlov
    """.split()

_SPANISH_GIVEN = (
    "José Juan Luis Carlos Jesús Miguel Jorge Francisco Pedro Antonio Manuel Javier Rafael Fernando Alejandro "
    "Eduardo Ángel Ramón Andrés Héctor Raúl Óscar Martín Víctor".split(),
    "María Guadalupe Ana Rosa Carmen Juana Teresa Verónica Leticia Patricia Gabriela Margarita Lucía Josefina "
    "Alejandra Inés Mónica Sofía Yolanda Elena Beatriz Raquel".split(),
)
_SPANISH_FAMILIES = """
    Hernández García Martínez López González Rodríguez Pérez Sánchez Ramírez Flores Gómez Torres Díaz
    Vásquez Cruz Morales Gutiérrez Reyes Ruiz Jiménez Mendoza Aguilar Ortiz Castillo Moreno Romero
    Álvarez Chávez Rivera Juárez Ramos Domínguez Herrera Medina Vargas Castro Guzmán Méndez Fernández
    Muñoz Ortega Rojas Delgado Contreras Cervantes Salazar Luna Ibarra Núñez Peña Cárdenas Ríos
    Velázquez Zúñiga Acosta Bautista
    """.split()

_WEST = (
    "Kevin David Michael Jason Tony Andy Peter Eric Henry Steven Frank Alex George John Jack Paul Mike Danny".split(),
    "Amy Jenny Lisa Helen Grace Tina Lucy Anna Linda Cindy Nancy Mary Sophie Julie Kelly Vivian Michelle Emily".split(),
)


def bare(values: pl.Series) -> pl.Series:
    """Take the marks off Latin letters."""
    return values.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.replace_many(["đ", "Đ"], ["d", "D"])


def _sexed(stocks: tuple[list[str], list[str]], female: np.ndarray, chance: Chance) -> pl.Series:
    his, hers = (chance.words(stock, len(female), 0.8) for stock in stocks)
    return chosen(female, hers, his)


def _parts(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split ``native|A/B`` into the native name and the list of Latin ones."""
    halves = values.str.split("|")
    return halves.list.get(0), halves.list.get(1).str.split("/")


def _frame(native: tuple[pl.Series, pl.Series], latin: tuple[pl.Series, pl.Series], west: pl.Series) -> pl.DataFrame:
    names = ("native_given", "native_family", "given", "family", "west")
    return pl.DataFrame(dict(zip(names, (*native, *latin, west), strict=True)))


def _chinese(female: np.ndarray, head: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Pinyin joined, apart or hyphened; one in ten, from Hong Kong, goes by an English name and a Cantonese one."""
    count = len(female)
    family = chance.words(_HAN_FAMILIES, count, 1.0).gather(head).str.split("|")
    one, two = chance.words(_HAN_GIVEN, count, 0.5), chance.words(_HAN_GIVEN, count, 0.5)
    sounds = [part.str.slice(1) for part in (one, two)]
    single = chance.often(0.18, count)
    native = one.str.head(1) + chosen(single, pl.Series([""]).new_from_index(0, count), two.str.head(1))
    first = sounds[0].str.to_titlecase()
    forms = [first + sounds[1], first + " " + sounds[1].str.to_titlecase(), first + "-" + sounds[1]]
    forms = [chosen(single, first, form) for form in forms]
    west = _sexed(_WEST, female, chance)
    cantonese = chance.often(0.1, count)[head]
    given = pl.select(pl.concat_list(*(chosen(cantonese, west, form) for form in forms))).to_series()
    latin = chosen(cantonese, family.list.get(2), family.list.get(1)).str.split("/")
    return _frame((native, family.list.get(0)), (given, latin), chosen(chance.often(0.4, count), west, forms[0]))


def _vietnamese(female: np.ndarray, head: np.ndarray, chance: Chance) -> pl.DataFrame:
    """With and without marks; the middle name before the given one, after it, or left out."""
    count = len(female)
    family = pl.Series(_VIET_FAMILIES).gather(chance.kinds(_VIET_SHARES, count)).gather(head)
    middle, given = _sexed(_VIET_MIDDLES, female, chance), _sexed(_VIET_GIVEN, female, chance)
    forms = pl.concat_list(bare(middle + " " + given), bare(given), bare(given + " " + middle))
    families = bare(family).str.split("/")
    west = chosen(chance.often(0.25, count), _sexed(_WEST, female, chance), bare(given))
    return _frame((middle + " " + given, family), (pl.select(forms).to_series(), families), west)


def _arabic(female: np.ndarray, head: np.ndarray, chance: Chance) -> pl.DataFrame:
    native, given = _parts(_sexed(_ARABIC_GIVEN, female, chance))
    native_family, family = _parts(chance.words(_ARABIC_FAMILIES, len(female), 0.8).gather(head))
    return _frame((native, native_family), (given, family), given.list.get(0))


def _russian(female: np.ndarray, head: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Women's surnames end in -a, which some papers abroad leave out."""
    native, given = _parts(_sexed(_RUSSIAN_GIVEN, female, chance))
    his, spelt = _parts(chance.words(_RUSSIAN_FAMILIES, len(female), 0.8).gather(head))
    ended = spelt.list.eval(pl.element() + "a")
    hers = pl.select(pl.concat_list(ended, ended, ended, spelt)).to_series()
    west = given.list.get(0).replace({"Mikhail": "Michael", "Evgeny": "Eugene", "Pavel": "Paul", "Aleksandr": "Alex"})
    return _frame((native, chosen(female, his + "а", his)), (given, chosen(female, hers, spelt)), west)


def _spanish(female: np.ndarray, head: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Father's and mother's surname, with a hyphen, or one of the two; often two given names."""
    count = len(female)
    first, second = _sexed(_SPANISH_GIVEN, female, chance), _sexed(_SPANISH_GIVEN, female, chance)
    double = chance.often(0.45, count) & (first != second).to_numpy()
    both = chosen(double, first + " " + second, first)
    short = both.str.replace("^María ", "Ma. ")
    given = pl.select(pl.concat_list(bare(both), bare(first), bare(both), bare(short))).to_series()
    father, mother = (chance.words(_SPANISH_FAMILIES, count, 0.8).gather(head) for _ in range(2))
    two = bare(father + " " + mother)
    forms = (two, bare(father), bare(father), two.str.replace(" ", "-"), bare(mother))
    family = pl.select(pl.concat_list(*forms)).to_series()
    english = {
        "Juan": "John",
        "Luis": "Louis",
        "Carlos": "Charlie",
        "Miguel": "Mike",
        "Jorge": "George",
        "Pedro": "Peter",
    }
    english |= {"Francisco": "Frank", "Antonio": "Tony", "Maria": "Mary", "Margarita": "Margaret", "Lucia": "Lucy"}
    return _frame((both, father + " " + mother), (given, family), bare(first).replace(english))


NAMERS = {"chinese": _chinese, "vietnamese": _vietnamese, "arabic": _arabic, "russian": _russian, "spanish": _spanish}
"""Language → function of sex and of the row whose surname each bears; gives native, Latin and Western names."""
