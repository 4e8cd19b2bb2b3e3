"""A source beside the text: how it is paired, found, carried along, shown and stored, and what its rules ask of it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cleaner import cli
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import CleanerError
from cleaner.detectors.source import misreadings
from cleaner.detectors.subject import invented_i
from cleaner.inputs import find, originals
from cleaner.language import japanese
from cleaner.pipeline import Pipeline
from cleaner.regress import Regression
from cleaner.regress.cases import load as cases
from cleaner.regress.writing import append, from_item
from cleaner.review.queue import Queue
from cleaner.segment import from_text
from cleaner.sources import aligned, carried, paired, passages
from cleaner.termbase import Termbase, load

TEXT = "The port is old.\n\nIt cost 7 billion yen. Ships come.\n"
SOURCE = "港は古い。\n\n費用は７０億円。船が来る。\n"
WRONG = "The port is old.\n\nIt cost 70 billion yen. Ships come.\n"


def sources(text: str, source: str) -> list[str | None]:
    return [s.source for s in paired(from_text(text), source, "a.ja").segments]


def test_paragraphs_are_paired_in_order() -> None:
    assert sources(TEXT, SOURCE) == ["港は古い。", "費用は７０億円。船が来る。", "費用は７０億円。船が来る。"]


def test_lines_are_paired_where_paragraphs_are_not() -> None:
    assert sources("The port is old.\nShips come.\n", "港は古い。\n\n船が来る。\n") == ["港は古い。", "船が来る。"]


def test_a_wrapped_source_is_one_line() -> None:
    assert sources("The port is old. Ships come.\n", "港は\n古い。\n") == ["港は 古い。", "港は 古い。"]


def test_a_source_with_other_paragraphs_is_refused() -> None:
    with pytest.raises(CleanerError, match=r"^a\.ja: does not correspond to text \(paragraphs 1 and 2, lines 1 and 2\)"):
        paired(from_text(TEXT), "港は古い。\n", "a.ja")


def test_sources_are_carried_to_the_changed_text() -> None:
    before = paired(from_text(TEXT), SOURCE, "a.ja")
    after = carried(before, from_text(TEXT.replace("Ships come", "Many ships come")))
    assert [s.source for s in after.segments] == [s.source for s in before.segments]
    assert carried(before, from_text("The port is old.\n")).segments[0].source is None


@pytest.mark.parametrize(("text", "source", "groups"), [
    ("It cost 7 billion yen. Ships come.", "費用は７０億円だった。船が来る。", [("費用は７０億円だった。", 1), ("船が来る。", 1)]),
    ("It cost 7 billion yen, and ships come in.", "費用は７０億円だった。船が来る。", [("費用は７０億円だった。船が来る。", 1)]),
    ("It cost 7 billion yen. Ships come. They are large.", "費用は７０億円で、大船が来る。", [("費用は７０億円で、大船が来る。", 3)]),
    (
        "The council voted on Tuesday to close the pool for repairs. He left. Officials said the bridge would reopen next spring.",
        "市議会は火曜日、修繕のためプールを閉鎖することを決めた。彼は去った。橋は来春に再開すると当局は述べた。",
        [("市議会は火曜日、修繕のためプールを閉鎖することを決めた。", 1), ("彼は去った。", 1), ("橋は来春に再開すると当局は述べた。", 1)],
    ),
    ("One. Two. Three. Four. Five.", "一つ。", [("一つ。", 5)]),
])
def test_sentences_are_put_beside_those_of_their_length(text: str, source: str, groups: list[tuple[str, int]]) -> None:
    ((passage, own),) = passages(paired(from_text(text), source, "a.ja"))
    found = aligned(passage, own)
    assert [(part, len(segments)) for part, segments in found] == groups
    assert [s for _, segments in found for s in segments] == own


def test_a_page_in_one_paragraph_is_aligned() -> None:
    text = "\n".join(f"Item {'very ' * (i % 5)}number {i} is here." for i in range(500))
    source = "".join(f"{'とても' * (i % 5)}品目番号{i}がここにある。" for i in range(500))
    ((passage, own),) = passages(paired(from_text(text.replace("\n", " ")), source, "a.ja"))
    assert [len(segments) for _, segments in aligned(passage, own)] == [1] * 500


def test_passages_have_all_their_segments() -> None:
    found = passages(paired(from_text(TEXT), SOURCE, "a.ja"))
    assert [(source, len(own)) for source, own in found] == [("港は古い。", 1), ("費用は７０億円。船が来る。", 2)]
    assert passages(from_text(TEXT)) == []


# --- what is found in a source -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), [
    ("３９億１０００万円", 3_910_000_000), ("二十三人", 23), ("二〇二〇年", 2020), ("2万5千", 25_000), ("千", 1000), ("１,０００", 1000),
    ("百五", 105),
])
def test_numbers_of_every_script(text: str, value: int) -> None:
    assert [a.value for a in japanese.amounts(text)] == [value]


@pytest.mark.parametrize(("text", "reading"), [
    ("令和２年", 2020), ("１８２５～６９年", 1869), ("午後８時", 20), ("10～20万人", 100_000), ("2019/20シーズン", 2020), ("３割", 30),
])
def test_numbers_are_read_by_what_stands_beside_them(text: str, reading: int) -> None:
    assert any(reading in a.readings for a in japanese.amounts(text))


def test_the_source_says_who_speaks() -> None:
    assert japanese.says_i("私は反対だ。")
    assert not japanese.says_i("知事は「私は反対だ」と述べた。")
    assert not japanese.says_i("知事は記者会見で、私立学校に自分の考えを伝えた。")


def flagged(text: str, source: str) -> bool:
    return any(f.confidence >= 0.5 for f in invented_i(Analysis(paired(from_text(text), source, "a.ja"))))


def test_nobody_whom_the_source_names_is_invented() -> None:
    text = "The mayor met farmers on the 3rd.\n\nI watched them. The farmers told him of the drought.\n"
    assert flagged(text, "市長は３日、農家と会った。\n\n見守った。農家は干ばつについて話した。\n")
    assert not flagged(text, "市長は３日、農家と会った。\n\n私は見守った。農家は干ばつについて話した。\n")
    assert not flagged(text, "Der Bürgermeister traf am 3. Bauern.\n\nIch sah zu. Die Bauern erzählten ihm von der Dürre.\n")


# --- a team's own terms --------------------------------------------------------------------------------------------------------------


def missing(base: Termbase, source: str, target: str) -> list[str]:
    return [m.term for m in base.missing(source, target)]


def test_terms_are_whole_words_where_words_are_parted() -> None:
    base = Termbase({"Hafen": ["port", "harbor"], "準決勝": ["semifinal", "semi-final"], "決勝": ["final"]})
    assert missing(base, "Der HAFEN ist alt.", "The dock is old.") == ["hafen"]
    assert missing(base, "Der Hafen ist alt.", "The ports are old.") == []
    assert missing(base, "Hafenarbeiter streiken.", "Dockers strike.") == []
    assert missing(base, "準決勝は日曜", "The semi final is on Sunday.") == []
    assert missing(base, "準決勝は日曜", "The finale is on Sunday.") == ["準決勝"]
    assert missing(Termbase({}), "決勝", "The game.") == []


@pytest.mark.parametrize(("content", "told"), [
    ("港\n", "t.tsv:1: '港' has no English"), ("# a note\n", "t.tsv: has no terms"), ("", "t.tsv: is empty"),
])
def test_a_broken_termbase_is_one_line(tmp_path: Path, content: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(CleanerError, match=told):
        load(Path("t.tsv"))


def test_a_termbase_stands_at_its_settings_file(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("# our words\n港\tdock\tquay\n", encoding="utf-8")
    (tmp_path / "cleaner.toml").write_text('termbase = "terms.tsv"\nlanguagetool = false\n', encoding="utf-8")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.ja").write_text(SOURCE, encoding="utf-8")
    done = run("score", tmp_path / "a.txt", "--source", tmp_path / "a.ja", "--config", tmp_path / "cleaner.toml")
    assert "The source has 港: “dock”, “quay”." in done.output


# --- the command line ----------------------------------------------------------------------------------------------------------------


def run(*args: object) -> Result:
    return CliRunner().invoke(cli.cli, list(map(str, args)), standalone_mode=False)


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"en/a.txt": WRONG, "en/sub/b.txt": TEXT, "ja/a.txt": SOURCE, "ja/sub/b.ja": SOURCE}.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_has_a_source_for_each_input(articles: Path) -> None:
    found, errors = originals(find(["en"])[0], Path("ja"))
    assert [s.original for s in found] == [Path("ja/a.txt"), Path("ja/sub/b.ja")]
    assert not errors


def test_sources_may_lie_beside_the_inputs(articles: Path) -> None:
    Path("en/a.src").write_text(SOURCE, encoding="utf-8")
    found, errors = originals(find(["en"])[0], Path("en"))
    assert [s.original for s in found] == [Path("en/a.src")]
    assert str(errors[0]) == "en/sub/b.txt: en/sub has no other file called b.*; which is its source?"
    Path("en/a.ja").write_text(SOURCE, encoding="utf-8")
    assert "several files called a.*" in str(originals(find(["en/a.txt"])[0], Path("en"))[1][0])


def test_one_file_is_no_source_for_two(articles: Path) -> None:
    assert "is one file for 2 inputs" in str(originals(find(["en"])[0], Path("ja/a.txt"))[1][0])
    assert "no such file" in str(originals(find(["en"])[0], Path("nowhere"))[1][0])


def test_clean_offers_what_the_source_says(articles: Path) -> None:
    done = run("clean", "en", "--source", "ja", "--no-languagetool", "--report", "r.jsonl", "--queue", "q.sqlite")
    assert done.return_value == 1
    rows = [json.loads(line) for line in Path("r.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = [r for r in rows if r["findings"]]
    assert [f["rule"] for r in wrong for f in r["findings"]] == ["number-not-in-source"]
    assert wrong[0]["source"] == "費用は７０億円。船が来る。"
    assert wrong[0]["suggestions"][0]["text"] == "It cost 7 billion yen."
    assert all(v["passed"] for v in wrong[0]["suggestions"][0]["verdicts"])
    with Queue.open(Path("q.sqlite")) as queue:
        assert [i.source for i in queue.live("en/a.txt")] == ["費用は７０億円。船が来る。"]


def test_a_bad_source_is_one_line_and_the_others_go_on(articles: Path) -> None:
    Path("ja/a.txt").write_bytes("港".encode("shift-jis"))
    done = run("clean", "en", "--source", "ja", "--no-languagetool", "--no-queue", "-o", "out")
    assert done.return_value == 2
    assert "ja/a.txt: is not UTF-8" in done.stderr
    assert Path("out/sub/b.txt").read_text(encoding="utf-8") == TEXT
    assert not Path("out/a.txt").exists()


def test_numbers_of_the_source_are_put_in_where_that_is_asked_for(articles: Path) -> None:
    run("clean", "en/a.txt", "--source", "ja", "--no-languagetool", "--no-queue", "--unsafe-fixes", "-o", "out")
    assert Path("out/a.txt").read_text(encoding="utf-8") == TEXT


def test_diff_of_two_files_has_no_source(articles: Path) -> None:
    assert "without a --source" in str(run("diff", "en/a.txt", "en/sub/b.txt", "--source", "ja").exception)


def test_the_source_is_untrusted(articles: Path) -> None:
    Path("ja/a.txt").write_text("港は古い。\n\n<script>７１億円</script>\n", encoding="utf-8")
    run("score", "en/a.txt", "--source", "ja", "--no-languagetool", "--html", "h.html")
    page = Path("h.html").read_text(encoding="utf-8")
    assert "The source has no 70 billion" in page
    assert "<script>" not in page


# --- cases ---------------------------------------------------------------------------------------------------------------------------


def test_a_case_has_its_source(tmp_path: Path) -> None:
    path = tmp_path / "a.cases.yaml"
    path.write_text(
        "- {context: 'The port is old.', sentence: It cost 70 billion yen., source: 港は古い。費用は７０億円。, flag: number-not-in-source,"
        " accept: It cost 7 billion yen.}\n"
        "- {context: 'The port is old.', sentence: It cost 70 billion yen., clean: true}\n",
        encoding="utf-8",
    )
    with Regression(Config(languagetool=False)) as regression:
        found = cases(path)
        assert [o.problems for o in regression.outcomes(found)] == [(), ()]
        assert [regression.outcome(c).problems for c in found] == [(), ()]
    path.write_text("- {sentence: Old., source: \"港\\n\\n船\", clean: true}\n", encoding="utf-8")
    with pytest.raises(CleanerError, match=r"a\.cases\.yaml:1: source: does not correspond"):
        cases(path)


def test_a_reviewed_sentence_takes_its_source_along(articles: Path) -> None:
    run("clean", "en/a.txt", "--source", "ja", "--no-languagetool", "--queue", "q.sqlite")
    with Queue.open(Path("q.sqlite")) as queue:
        [item] = queue.live("en/a.txt")
        queue.decide(item, "accept", item.proposals[0].text, "ada")
        case = from_item(queue.answered()[0])
    assert case["source"] == "費用は７０億円。船が来る。"
    append(Path("r.cases.jsonl"), [case])
    with Regression(Config(languagetool=False)) as regression:
        assert [o.problems for o in regression.outcomes(cases(Path("r.cases.jsonl")))] == [()]


def test_a_correct_change_keeps_the_source(articles: Path) -> None:
    document = paired(from_text(WRONG.replace("Ships come", "Ships come,, too")), SOURCE, "a.ja")
    with Pipeline(Config(languagetool=False, select=("doubled-mark", "number-not-in-source"))) as pipeline:
        result = pipeline.clean(document)
    assert result.output == WRONG.replace("Ships come", "Ships come, too")
    assert [f.rule for r in result.records for f in r.findings] == ["number-not-in-source", "doubled-mark"]


@pytest.mark.parametrize(("term", "pattern", "better"), misreadings(), ids=str)
def test_a_repair_of_a_misread_term_is_not_misread_again(term: re.Pattern[str], pattern: re.Pattern[str], better: str) -> None:
    assert term.pattern
    assert not pattern.search(re.sub(r"\\\d", "some", better)), f"{pattern.pattern} matches its own repair"
