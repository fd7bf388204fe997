"""What the lint refuses, however it is spelled, and what it lets pass."""

import pytest

from skiptrace.planning.templates import Medium, Stage, Template, lint, longest, pressure_in
from skiptrace.planning.templates.segments import segments
from skiptrace.vocabulary import Party

SMS = "{company}: a message for {name}: {phone}. {disclosure} {opt_out}"
LETTER = "{company} would like to talk: {phone} {disclosure}"


def text(words, medium=Medium.SMS, language="en", stage=Stage.FIRST_REMINDER, party=Party.DEBTOR):
    return Template(name="t", medium=medium, party=party, stage=stage, texts={language: words})


def messages(template, reviewed=()):
    return [found.message for found in lint(template, reviewed)]


@pytest.mark.parametrize(
    "threat",
    [
        "or you will be arrested",
        "JAIL awaits",
        "we call the police",
        "a lawsuit follows",
        "a law suit follows",
        "we will sue you",
        "see you in court",
        "we take legal action",
        "we will inform your employer",
        "we shall call all of your family",
        "your neighbours will hear of it",
        "this ruins your credit",
        "your credit score",
        "we will come to your home",
        "you are on a blacklist",
        "ｊａｉｌ",
        "ja\u200bil",
        "ja\u00adil",
        "j a i l",
        "j.a.i.l",
        "j-a-i-l",
        "j_a_i_l",
        "j  a  i  l",
        "ja-il",
        "ja.il",
        "j4il",
        "ja1l",
        "j@il",
        "ja!l",
        "arre$t",
        "p0l1ce",
        "j 4 1 l",
        "pоlice",  # a Cyrillic о
        "jáil",
        "𝐣𝐚𝐢𝐥",
        "您将被起诉",
        "您將被起訴",
        "法院见",
        "法 院",
        "法\u200b院",
        "法*院",
        "法、院",
        "起·诉",
        "坐牢",
        "拘留",
        "通讯录",
        "我们会告知您的单位",
        "上门催收",
        "征信受损",
        "我们将联系您的家人",
        "让您的朋友知道",
        "律师函",
        "强制执行",
        "qisu",
        "fa yuan",
        "we will talk to your boss",
        "before we start proceedings",
        "we take you to small claims",
        "we will take your house and your wages",
        "we know your kids",
        "or you will regret it",
        "我们已提交仲裁",
        "将限制您高消费",
        "您的孩子上学也会受影响",
        "让你好看",
        "你会后悔的",
        "将安排人员到您家中",
    ],
)
def test_a_threat_is_found_however_it_is_spelled(threat):
    assert any(found.startswith("threatens (") for found in pressure_in(threat)), threat


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("you should be ashamed", "shames"),
        ("老赖", "shames"),
        ("call immediately", "presses"),
        ("call within 24 hours", "presses"),
        ("this is your last chance", "presses"),
        ("请立即回电", "presses"),
        ("you have 48 hours", "presses"),
        ("this is your last notice", "presses"),
        ("you must pay today", "presses"),
        ("限您三日内处理", "presses"),
        ("今天必须处理", "presses"),
        ("让您抬不起头", "shames"),
        ("24小时内", "presses"),
        ("否则", "presses"),
    ],
)
def test_shame_and_haste_are_found(words, verb):
    assert any(found.startswith(f"{verb} (") for found in pressure_in(words))


@pytest.mark.parametrize(
    "words",
    [
        "Our office is at 5 Court Street, beside the tennis court.",
        "We live at 12 Maple Court and 3b Old Mill Court.",
        "Thank you for your courtesy. We issue a receipt and pursue nothing.",
        "A policy for policyholders of Essex and Sussex.",
        "We can help you and your family.",
        "If you have changed employer, that is fine.",
        "Call us at 8 a.m. or 5 p.m.; a b c is fine, e.g. i.e. U.S.",
        "Credit union members are welcome.",
        "Tell us what suits you. Your family comes first.",
        "Ring 020 7946 0123 or +1 303 555 0101.",
        "我们希望在您方便的时候与您沟通。",
        "请告诉我们您的近况。家人安好。",
        "这个办法。院子里很安静",
        "本产品的计量单位为克",
        "您也可以告诉我们由您信任的人代为沟通。",
        "Nothing needs to be decided today. Call us when it suits you.",
        "You can take your time. Tell us about your home.",
        "我是{company}的{agent}，您可以回复{phone}。",
    ],
)
def test_harmless_words_pass(words):
    assert pressure_in(words) == []


@pytest.mark.parametrize(
    "denial", ["We will not go to court", "we won't sue you", "我们不会起诉您", "绝不通知您的家人"]
)
def test_a_denial_is_refused_and_it_is_said_why(denial):
    assert all(found.endswith("even where it is denied") for found in pressure_in(denial))
    assert pressure_in(denial)
    assert "denied" not in pressure_in("We do not mind. See you in court.")[0]


def test_policeman_is_no_word_of_the_list_but_police_is():
    assert pressure_in("the policeman's ball") == []
    assert pressure_in("the police ball") == ["threatens (police)"]


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (text("{company} {phone} {disclosure} call"), "lacks {opt_out}"),
        (text("call {phone} {disclosure} {opt_out}"), "lacks {company}"),
        (text("call {company} {disclosure} {opt_out}"), "lacks {phone}"),
        (text("call {company} {phone} {opt_out}"), "lacks {disclosure}"),
        (text("{company} would like to talk: {phone}", Medium.LETTER), "lacks {disclosure}"),
        (text("{company}: call {phone}", Medium.CALL), "lacks {agent}"),
        (text(SMS + " {balance}"), "unknown placeholder {balance}"),
        (text(SMS + " {"), "a brace that is not of a placeholder"),
        (text("{company} {phone} {disclosure} {opt_out}."), "does not say what is wished (call, answer, help …)"),
        (text(" "), "says nothing"),
        (text(SMS + " your debt"), "speaks of a debt where others may see or hear it (debt)"),
        (text(SMS + " 逾期"), "speaks of a debt where others may see or hear it (逾期)"),
        (text(SMS + " {amount}"), "tells {amount} where others may see or hear it"),
        (
            text("Subject: your arrears\n" + SMS, Medium.EMAIL),
            "speaks of a debt where others may see or hear it (arrears)",
        ),
        (text(SMS + "ł" * 200), "takes 7 segments in UCS-2 with its longest values; at most 5"),
        (text(LETTER, Medium.LETTER, stage=Stage.FINAL_NOTICE), "lacks {referral_to}"),
        (text(LETTER, Medium.LETTER, stage=Stage.FINAL_NOTICE), "lacks {referral_on}"),
    ],
)
def test_a_bad_text_is_told_what_is_wrong(template, problem):
    assert problem in messages(template)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("{agent} about the debt of {name}, contact", "tells a third party of a debt (debt)"),
        ("{agent} about {name}'s account", "tells a third party of a debt (account)"),
        ("{agent} about {name}'s unp a id b-i-l-l", "tells a third party of a debt (bill)"),
        ("{agent}想联系{name}，他欠款", "tells a third party of a debt (欠)"),
        ("{agent}是银行的，想联系{name}", "tells a third party of a debt (银行)"),
        ("{agent} of {company} would like to reach {name}", "tells a third party {company}"),
        ("{agent} would like to reach {name}, {reference}", "tells a third party {reference}"),
        ("where is {name}? I would like to reach them", "lacks {agent}"),
    ],
)
def test_a_third_party_learns_nothing(words, problem):
    template = text(words, Medium.CALL, stage=Stage.LOCATION_REQUEST, party=Party.THIRD_PARTY)
    assert problem in messages(template)


def test_a_third_party_is_only_ever_called_and_asked_for_a_location():
    for medium, stage in ((Medium.SMS, Stage.LOCATION_REQUEST), (Medium.CALL, Stage.MISSED_CALL)):
        template = text("{agent} would like to reach {name}", medium, stage=stage, party=Party.THIRD_PARTY)
        assert "to a third party: expected channel call, stage location_request" in messages(template)


def test_a_debt_may_be_named_in_what_only_the_debtor_opens():
    inside = "Subject: A message for {name}\n\nThis is about your overdue loan. " + SMS
    assert messages(text(inside, Medium.EMAIL)) == []
    assert messages(text("Your loan is overdue. " + LETTER, Medium.LETTER)) == []


GREETING = "Hello. This is {agent} from {company}. Please call me at {phone}."


@pytest.mark.parametrize(
    ("words", "language", "problem"),
    [
        (GREETING, "en", None),
        (GREETING.replace("me at", "me or any of our representatives at"), "en", None),
        (GREETING + " You may speak with any of our representatives.", "en", None),
        (GREETING + " It is about money.", "en", "sentence 4 says more than a limited-content message may"),
        (GREETING.replace("Hello", "Hello {name}"), "en", "a voicemail tells {name}"),
        (GREETING + " Ref {reference}.", "en", "a voicemail tells {reference}"),
        (GREETING + " Thank you.", "en", "sentence 4 says more than a limited-content message may"),
        ("Hello. This is {agent} from {company}.", "en", "lacks {phone}"),
        ("Hello. Please call me at {phone}.", "en", "lacks {company}"),
        ("您好。我是{company}的{agent}。请回电{phone}。", "zh", None),
        ("您好。我是{company}的{agent}。有重要事情。请回电{phone}。", "zh", "sentence 3 says more"),
        ("Buenos días. {agent} {company} {phone}.", "es", "no sentences of this language are known"),
    ],
)
def test_a_voicemail_is_a_limited_content_message_and_nothing_else(words, language, problem):
    found = messages(text(words, Medium.VOICEMAIL, language, Stage.LIMITED_CONTENT), reviewed=("es",))
    assert found == [] if problem is None else any(problem in one for one in found), found


def test_a_language_without_known_words_is_refused_until_a_person_has_read_it():
    spanish = text("{company}: llame al {phone}. {disclosure} {opt_out}", language="es")
    (problem,) = messages(spanish)
    assert "no words of this language are known (en, zh are)" in problem
    assert "templates.reviewed_languages" in problem
    assert messages(spanish, reviewed=("es",)) == []
    assert messages(text(SMS, language="en-GB")) == []
    assert "lacks {opt_out}" in messages(text("{company} {phone} {disclosure}", language="es"), reviewed=("es",))


def test_english_threats_are_found_in_a_chinese_text_and_the_other_way_round():
    assert "threatens (jail)" in messages(text(SMS + " jail 沟通", language="zh"))
    assert "threatens (坐牢)" in messages(text(SMS + " 坐牢", language="en"))


def test_a_template_without_text_is_no_template():
    empty = Template(name="t", medium=Medium.SMS, party=Party.DEBTOR, stage=Stage.MISSED_CALL, texts={})
    assert [found.message for found in lint(empty)] == ["has no text"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ("gsm7", 0, 1)),
        ("x" * 160, ("gsm7", 160, 1)),
        ("x" * 161, ("gsm7", 161, 2)),
        ("x" * 306, ("gsm7", 306, 2)),
        ("x" * 307, ("gsm7", 307, 3)),
        ("€" * 80, ("gsm7", 160, 1)),
        ("€" * 80 + "x", ("gsm7", 161, 2)),
        ("[" * 76 + "x" + "[" * 76, ("gsm7", 305, 2)),
        ("x" * 152 + "€" + "x" * 152, ("gsm7", 306, 3)),  # the two septets of € are not cut in two
        ("你" * 70, ("ucs2", 70, 1)),
        ("你" * 71, ("ucs2", 71, 2)),
        ("你" * 134, ("ucs2", 134, 2)),
        ("你" * 135, ("ucs2", 135, 3)),
        ("x" * 66 + "😀" + "x" * 66, ("ucs2", 134, 3)),
        ("ñü£", ("gsm7", 3, 1)),
        ("“", ("ucs2", 1, 1)),
        ("ç", ("ucs2", 1, 1)),  # GSM has only the great one
    ],
)
def test_segments_are_counted_as_networks_do(words, expected):
    assert segments(words) == expected


def test_the_longest_values_are_counted_by_language_and_alphabet():
    plain, any_letter = longest("{name}", "en")
    assert (plain.encoding, plain.units) == ("gsm7", 30)
    assert (any_letter.encoding, any_letter.units) == ("ucs2", 30)
    assert longest("{phone}", "en")[1].encoding == "gsm7"
    assert longest("{name}", "zh-Hans")[0].units == 12
    assert longest("{name}", "es")[0].units == 30


@pytest.mark.parametrize(
    "threat",
    [
        "ᴄᴏᴜʀᴛ",
        "🅒🅞🅤🅡🅣",
        "🇨🇴🇺🇷🇹",
        "cou-\nrt",
        "cou\u2010rt",
        "co\u3164urt",
        "a sheriff will come",
        "you will be evicted",
        "we may take further action",
        "our solicitors have been instructed",
        "our officers will visit you",
        "reported to the credit bureaus",
        "将采取法律行动",
        "將採取法律行動",
        "移交司法機關",
        "您會坐監",
    ],
)
def test_threats_in_other_dress_and_other_words_are_seen(threat):
    assert any(one.startswith("threatens") for one in pressure_in(f"please call, {threat}")), threat


@pytest.mark.parametrize("debt", ["your outstanding balance", "the amount due", "尚未清償", "su deuda", "votre dette"])
def test_a_debt_is_seen_in_words_of_other_languages_and_in_usual_phrases(debt):
    assert any(one.startswith("speaks of a debt") for one in messages(text(f"{SMS} {debt}")))


@pytest.mark.parametrize("odd", ["ваш долг", "借りたお金", "빚 상환", "दायित्व", "\u202etbed", "ᏟᎾURT"])
def test_letters_of_which_no_words_are_known_are_refused(odd):
    asked = "I am {agent}, and would like location information for {name}. "
    told = text(asked + odd, Medium.CALL, stage=Stage.LOCATION_REQUEST, party=Party.THIRD_PARTY)
    assert any(one.startswith("letters of another alphabet") for one in messages(told))
    assert not messages(text(asked, Medium.CALL, stage=Stage.LOCATION_REQUEST, party=Party.THIRD_PARTY))


@pytest.mark.parametrize(
    "honest",
    [
        "Thank you for your call today.",
        "By default we write in the morning.",
        "We agree on the further steps together.",
        "It\u2019s Zoë, José or Łukasz at the café.",
        "It\u02bcs us.",
    ],
)
def test_honest_words_raise_no_alarm(honest):
    assert not [one for one in messages(text(f"{LETTER} {honest}", Medium.LETTER)) if not one.startswith("lacks")]


def test_wide_braces_hold_no_placeholder():
    assert "a brace that is not of a placeholder" in messages(text(SMS + "\uff5bname\uff5d"))
