import re

from skiptrace.report.waterfalls import falls

TOLD = {
    "sentences": ["Outcome: possible match.", "It would be a match with phone: “the same phone”."],
    "rows": [
        {"compared": "birth date", "found": "the same <birth> date", "bits": 9.0, "left": "1970-01-01", "right": "x"},
        {"compared": "phone", "found": "other phones", "bits": -2.0},
    ],
    "pair": {
        "left": {"source": "s", "record_id": "A<1>", "name": "Quillfeather"},
        "right": {"source": "s", "record_id": "b", "name": None},
        "match_weight": -5.0,
        "weight_in_words": "-5.0 bits",
        "match_probability": 0.03,
        "prior": -12.0,
        "threshold": 0.0,
    },
}


def _bars(html):
    return [
        (kind, float(left), float(left) + float(width))
        for kind, left, width in re.findall(r'class="(for|against)" style="left:([\d.]+)%;width:([\d.]+)%"', html)
    ]


def test_each_bar_begins_where_the_one_before_ended_and_the_line_stands_at_the_threshold():
    html = falls([TOLD])
    begin, birth, phone = _bars(html)
    assert begin == ("against", 0.0, 100.0)
    assert birth == ("for", 0.0, 75.0)
    assert phone[0] == "against"
    assert abs(phone[2] - birth[2]) < 0.2
    assert html.count('class="line" style="left:100.0%"') == 3


def test_ids_and_words_are_shown_escaped_and_no_values():
    html = falls([TOLD])
    assert "A&lt;1&gt;" in html
    assert "the same &lt;birth&gt; date" in html
    assert "-5.0 bits, probability 0.030." in html
    assert "It would be a match with phone" in html
    assert "Quillfeather" not in html
    assert "1970" not in html
