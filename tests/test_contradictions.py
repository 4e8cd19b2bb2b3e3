"""Rules about clashes within a document, beyond the examples that they carry."""

import pytest

from cleaner import registry
from cleaner.analysis import Analysis
from cleaner.segment import from_text

RULES = registry.detectors()


def flagged(rule: str, text: str) -> list[tuple[str, tuple[str, ...]]]:
    document = from_text(text)
    return [(f.span.of(text), tuple(r.text for r in f.replacements)) for f in RULES[rule](Analysis(document))]


@pytest.mark.parametrize(("rule", "text", "expected"), [
    # The more frequent spelling is right, wherever it stands; every odd one is flagged.
    ("name-spelling", "Shuntero Kimura sat. Shuntaro Kimura ran. Shuntero Kimura fell. Shuntaro Kimura won. Then Shuntaro Kimura left.",
     ["Shuntero", "Shuntero"]),
    # Sounds, not letters: long vowels and Kunrei spelling.
    ("name-spelling", "The town of Simokita is small. In Shimokita it snows. People love Shimokita.", ["Simokita"]),
    ("name-spelling", "Wardle made it. The game by Wardle is Wordle. They play Wordle.", []),
    ("name-spelling", "Koreans live in both Koreas, said the Korean.", []),
    ("name-spelling", "A man in Ayodhya asked. The temple of Ayodya is old. They built Ayodhya again.", ["Ayodya"]),
    ("name-spelling", "The vote on Brandtner is lost. Brandnter wept, and Brandtner left.", []),
    ("name-spelling", "The cup went to Johnson, who beat Jonson. The doubles went to Petersen, who beat Peterson.", []),
    ("name-order", "Otani Yuko Mori won. Yuko Otani wept.", []),
    ("name-case", "See www.kaptera.com and @kaptera. Kaptera is new, and Kaptera sells.", []),
    ("name-case", "The Senate of Kaptera met. The senate of Kaptera rose, and the Senate of Kaptera slept.", []),
    ("title-clash", "President Rossi met his wife. Mr. Rossi and Mrs. Rossi left.", []),
    ("title-clash", "Mr. Rossi voted. A friend of Mr. Rossi sat beside Mrs. Rossi.", ["Mrs. Rossi"]),
    ("title-clash", "Governor Maki Ueda opened the hall. Mayor Ken Ueda left.", []),
    ("doubled-generic", "Noda-shi Town is not Noda-cho Town.", ["Noda-cho Town"]),
    ("denied-threat", "The army is wary. \"The rebels will not attack,\" he said. The town is alarmed.", []),
    ("denied-threat", "The army is wary. Rebels camp at the river and will not attack the town. It is quiet.", ["will not attack"]),
    ("denied-threat", "They fear that it will explode if the valve does not burst.", []),
    ("parts-exchanged", "Kobe did not defeat Nara. Nara defeated Kobe in the final.", []),
    ("protest-blamed", "A rally that was accused of fraud ended.", ["A rally that was accused of"]),
    ("protest-blamed", "The rally accused the mayor of fraud. Protests accused by the mayor of fraud went on.", []),
    ("denied-twice", "Nobody has not voted. Nothing is not sold.", ["Nobody has not voted", "Nothing is not sold"]),
    ("era-year", "It opened in the first year of Heisei.", ["first year of Heisei"]),
    ("impossible-date", "He came on June 31 and left on 31 June; Tuesday, February 30, 2021 is no day.",
     ["June 31", "31 June", "February 30"]),
    ("part-exceeds-whole", "In 2019 of 12 ships none sank, and on page 30 of 12 books it says so.", []),
    ("converted-into-itself", "It cost €3 million (about €300 million). He paid $5 (about $6).", ["€300 million"]),
    ("day-form", "It ran on 21 days. It is shown until 2/30, by 13/5 or from 5/13.", ["on 21 days", "5/13"]),
    ("same-day-later", "It shut on July 2 and July 3, 10 days later.", []),
])
def test_clashes(rule: str, text: str, expected: list[str]) -> None:
    assert [span for span, _ in flagged(rule, text)] == expected


@pytest.mark.parametrize(("rule", "text", "offered"), [
    ("era-year", "It opened in the first year of Heisei.", "1989"),
    ("day-form", "He died on 11 days.", "on the 11th"),
    ("day-form", "He died on 22 days.", "on the 22nd"),
    ("day-form", "He died on 3 days.", "on the 3rd"),
    ("converted-into-itself", "He paid $30 (about $3,300).", "3,300 yen"),
    ("denied-twice", "Nobody has not voted.", "has"),
    ("protest-blamed", "The march was blamed for graft.", "was held over"),
    ("protest-blamed", "Petitions accused of graft reached the court.", "over"),
    ("name-spelling", "A man in Ayodhya asked. The temple of Ayodya is old. They built Ayodhya again.", "Ayodhya"),
])
def test_what_is_offered(rule: str, text: str, offered: str) -> None:
    ((_, texts),) = flagged(rule, text)
    assert texts == (offered,)
