"""What is said of a text that is no UTF-8 names the encoding it was written in, and none as the cause where several read."""

import re

import pytest

from helpers.errors import ReportError
from helpers.ingest import text
from tests.ingest.test_dialects import NAMES, read

WORDS = {
    "cp1252": ["café", "mañana, größe", "François naïve", "Ünal straße", "São Paulo ação", "Ørsted på", "þjónusta borð útgáfa"],
    "cp1250": ["žluťoučký kůň", "Łódź źdźbło", "árvíztűrő"], "cp1254": ["ışık şeker", "Sipariş", "Ziyaretçi Sürüm"], "cp1253": ["έλεγχος"],
    "cp1251": ["контроль", "Москва да", "тест"], "koi8_r": ["контроль", "Москва"], "mac_roman": ["café crème"],
    "cp932": ["コントロール", "対照", "テスト"], "euc_jp": ["対照", "コントロール"], "gb18030": ["对照组", "控制"],
    "big5": ["對照組"], "cp949": ["대조군", "처리"],
}  # fmt: skip
CASES = [(encoding, word) for encoding, words in WORDS.items() for word in words]


@pytest.mark.parametrize(("encoding", "word"), CASES)
def test_the_encoding_of_a_text_is_among_those_that_are_named(tmp_path, encoding, word):
    content = "\n".join([",".join(NAMES), "1,2,3", f'1,"{word}",3', ""]).encode(encoding)
    with pytest.raises(ReportError, match="line 3 that UTF-8 does not have") as caught:
        read(tmp_path, content)
    said = str(caught.value)
    named = re.findall(r"as (\w+) it reads '(.*?)'", said)
    same = [each for each, shown in named if word.startswith(shown.split('"')[1].split("\ufffd")[0])]
    assert same, said
    assert (len(named) == 1) == (f"a file saved as {named[0][0]}" in said)
    for each in same:
        assert each in said.split("remedy:")[1]
        if each == named[0][0]:
            assert text.likely_encoding(tmp_path / "log.csv") == each
    assert read(tmp_path, content, encoding=same[0])[0][1][1] == word


def test_what_reads_as_nothing_names_no_cause(tmp_path):
    with pytest.raises(ReportError, match="or one that is no text"):
        read(tmp_path, b"moment,what,who\n\xff\xfe\xff\xfe\x81\x8d,1,2\n")
