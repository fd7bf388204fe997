from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.normalise.companies import company_name
from skiptrace.normalise.folding import fold, words
from skiptrace.normalise.given_names import given_root
from skiptrace.normalise.names import alias, read_name
from skiptrace.normalise.sounds import sound


def parts(full, country=None):
    return read_name(None, full, None, None, country)[1:5]


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("Robert Smith", ("robert", None, "smith", None)),
        ("Dr. SMITH, Robert J., Jr", ("robert", "j", "smith", "jr")),
        ("Smith, Robert", ("robert", None, "smith", None)),
        ("Mr J. R. Ewing", ("j", "r", "ewing", None)),
        ("Robert Smith III", ("robert", None, "smith", "iii")),
        ("John Smith, M.D.", ("john", None, "smith", None)),
        ("Don Johnson", ("don", None, "johnson", None)),
        ("Dr Smith", (None, None, "smith", None)),
        ("DUPONT Jean-Pierre", ("jean", "pierre", "dupont", None)),
        ("JP Morgan", ("jp", None, "morgan", None)),
        ("Vincent van der Berg", ("vincent", None, "van der berg", None)),
        ("Maria de la Cruz", ("maria", None, "de la cruz", None)),
        ("Mohammed al-Rashid", ("mohammed", None, "al rashid", None)),
        ("Ahmad bin Abdullah", ("ahmad", None, "bin abdullah", None)),
        ("Seán O'Brien", ("sean", None, "obrien", None)),
        ("Mary Smith-Jones", ("mary", None, "smith jones", None)),
        ("Łukasz Ørsted", ("lukasz", None, "orsted", None)),
        ("Hans Weiß", ("hans", None, "weiss", None)),
        ("Robert E Lee", ("robert", "e", "lee", None)),
        ("Ivan Petrovich Sidorov", ("ivan", "petrovich", "sidorov", None)),
        ("Sidorov Ivan Petrovich", ("ivan", "petrovich", "sidorov", None)),
        ("Васильев Александр Павлович", ("aleksandr", "pavlovich", "vasilev", None)),
        ("Ravi s/o Kumar", ("ravi", None, "kumar", None)),
        ("Ravi Kumar S/O Mohan Lal", ("ravi", None, "kumar", None)),
        ("Madonna", (None, None, "madonna", None)),
        ("", (None, None, None, None)),
    ],
)
def test_order_titles_suffixes_and_particles(full, expected):
    assert parts(full) == expected


@pytest.mark.parametrize(
    ("full", "country"),
    [
        ("Wei Zhang", None),
        ("Wei Zhang", "CN"),
        ("Zhang Wei", "CN"),
        ("ZHANG Wei", None),
        ("Zhang, Wei", None),
        ("张伟", None),
        ("张 伟", "CN"),
        ("張偉", "TW"),
        ("张伟先生", None),
    ],
)
def test_one_chinese_name_is_one_name_however_it_is_written(full, country):
    assert parts(full, country) == ("wei", None, "zhang", None)


@pytest.mark.parametrize("given", ["Xiao Ming", "Xiaoming", "Xiao-ming", "XIAO MING"])
def test_syllables_of_a_chinese_given_name_are_one_word(given):
    assert read_name(None, None, given, "Zhang")[1:4] == ("xiaoming", None, "zhang")
    assert parts(f"Zhang, {given}") == ("xiaoming", None, "zhang", None)


@pytest.mark.parametrize(
    ("han", "family", "given"),
    [
        ("单田芳", "shan", "tianfang"),
        ("仇英", "qiu", "ying"),
        ("曾国藩", "zeng", "guofan"),
        ("区伯", "ou", "bo"),
        ("欧阳修", "ouyang", "xiu"),
        ("司马光", "sima", "guang"),
        ("欧阳", "ou", "yang"),
        ("吕布", "lu", "bu"),
    ],
)
def test_surnames_have_their_own_reading(han, family, given):
    name = read_name(None, han, None, None)
    assert (name.family, name.given, name.han_name) == (family, given, han)


def test_a_western_given_name_before_a_chinese_surname_stays_in_front():
    assert parts("Peter Wei Zhang") == ("peter", "wei", "zhang", None)
    assert parts("Peter Chan", "HK") == ("peter", None, "chan", None)
    assert parts("Jin Lee") == ("jin", None, "lee", None)
    assert parts("Li Wang", "CN") == ("wang", None, "li", None)
    assert parts("Li Wang") == ("li", None, "wang", None)


def test_characters_win_where_a_row_has_both_scripts():
    assert read_name(None, "张伟 (Wei Zhang)", None, None).aliases == ("wei zhang",)
    name = read_name(None, "张伟", "Wei", "Zhang")
    assert (name.given, name.family, name.han_name) == ("wei", "zhang", "张伟")


def test_japanese_and_korean_names_pass_through():
    assert read_name(None, "山田 太郎", None, None, "JP")[1:4] == ("太郎", None, "山田")
    assert read_name(None, "김민수", None, None)[1:4] == ("민수", None, "김")
    assert read_name(None, "राम कुमार", None, None)[1:4] == ("राम", None, "कुमार")
    assert read_name(None, "فيصل صديقي", None, None)[1:4] == ("فيصل", None, "صديقي")


def test_other_names_beside_the_name_become_aliases():
    assert read_name(None, 'William "Bill" Smith', None, None).aliases == ("bill smith",)
    assert read_name(None, "Mary Smith (née Jones)", None, None).aliases == ("mary jones",)
    assert alias("SMITH, Bob") == "bob smith"


def test_a_row_that_tells_the_parts_apart_is_believed():
    assert read_name(None, "Smith Robert", "Robert", "Smith Sr")[1:5] == ("robert", None, "smith", "sr")
    assert read_name(None, None, "Bob", None)[1:4] == ("bob", None, None)
    assert read_name(None, None, None, "Smith")[1:4] == (None, None, "smith")
    assert read_name(None, None, None, None)[1:4] == (None, None, None)


def test_two_surnames_in_spanish_speaking_countries():
    assert parts("Gabriel García Márquez", "MX") == ("gabriel", None, "garcia marquez", None)
    assert parts("Gabriel García Márquez", "US") == ("gabriel", "garcia", "marquez", None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Acme Widgets, Inc.", "acme widgets"),
        ("ACME WIDGETS INCORPORATED", "acme widgets"),
        ("The Acme Widgets Co. Ltd", "acme widgets"),
        ("Müllenkranz GmbH & Co. KG", "mullenkranz"),
        ("Foo (Pty) Ltd", "foo"),
        ("Smith & Jones PLC", "smith and jones"),
        ("LLC", "llc"),
        ("华为技术股份有限公司", "huaweijishu"),
        ("华为技术有限公司", "huaweijishu"),
        (" ", None),
    ],
)
def test_companies_lose_their_legal_form(written, expected):
    assert company_name(written) == expected
    assert read_name("company", written, None, None).family == expected


def test_a_legal_form_makes_a_company_of_a_name_without_kind():
    assert read_name(None, "Acme LLC", None, None)[:2] == ("company", None)
    assert read_name("person", "Acme LLC", None, None).kind == "person"
    assert read_name(None, "王小公", None, None).kind == "person"


@pytest.mark.parametrize(
    "same", ["bob bobby rob robert", "bill will william billy", "kate katie catherine kathryn", "peggy peggie margaret"]
)
def test_nicknames_share_a_root(same):
    assert len({given_root(name) for name in same.split()}) == 1


@given(st.text(max_size=12))
def test_a_root_is_its_own_root(name):
    root = given_root(name)
    assert given_root(root) == root


@pytest.mark.parametrize(
    "same",
    ["smith schmidt smyth", "stephen steven", "catherine katherine kathryn", "macdonald mcdonald", "gerry jerry"],
)
def test_names_that_sound_alike_share_a_key(same):
    assert len({sound(name) for name in same.split()}) == 1


def test_names_that_sound_apart_do_not():
    assert len({sound(name) for name in ("smith", "jones", "garcia", "zhang", "brown", "miller")}) == 6


@given(st.text(max_size=40), st.sampled_from([None, "US", "CN", "MX", "JP"]))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_folded_parts(full, country):
    name = read_name(None, full, None, None, country)
    for part in name[1:4]:
        assert part is None or (part and part == fold(part) and part == part.strip())


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text):
    once = fold(text)
    assert words(once) == words(fold(once))
