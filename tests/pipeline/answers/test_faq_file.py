"""FAQ files of other people: columns under any name, headers or none, what is left out."""

import pytest

from pipeline.answers.faq_columns import find_faq_columns
from pipeline.answers.faq_file import faq_of_table, read_faq, read_questions
from pipeline.common.errors import InputError
from pipeline.tables.read import read_table

PAIRS = [
    ("What time is breakfast?", "From 7 to 10 am, on the ground floor."),
    ("Can I bring my dog?", "Yes, for 10 euros a night."),
    ("Is there a lift?", "Yes, to all floors."),
]


def faq_of(text, name="faq.csv", **options):
    return faq_of_table(read_table(text.encode(), name=name), **options)


@pytest.mark.parametrize(
    "header",
    [
        "question,answer",
        "Frage,Antwort",
        "Pregunta del huésped,Respuesta",
        "質問,回答",
        "问题,答案",
        "질문,답변",
        "السؤال,الجواب",
        "คำถาม,คำตอบ",
        "Вопрос,Ответ",
        "Pytanie,Odpowiedź",
        "Spørgsmål,Svar",
        "Q,A",
    ],
)
def test_columns_are_found_by_their_names(header):
    rows = [f'"{question}","{answer}"' for question, answer in PAIRS]
    faq = faq_of("\n".join([header, *rows]))
    assert [(each.question, each.answer) for each in faq.entries] == PAIRS
    assert [each.id for each in faq.entries] == ["1", "2", "3"]


def test_columns_are_found_by_what_is_in_them():
    rows = [f'Rooms,{n},"{answer}","{question}"' for n, (question, answer) in enumerate(PAIRS)]
    frame = read_table("\n".join(["part,code,text,entry", *rows]).encode()).frame
    columns = find_faq_columns(frame)
    assert (columns.question, columns.answer) == ("entry", "text")


def test_id_and_language_are_used_where_they_are():
    faq = faq_of("nr,lang,question,answer\nA7,de,Gibt es einen Lift?,Ja\nA9,fr,Le wifi ?,Gratuit\n")
    assert [(each.id, each.language) for each in faq.entries] == [("A7", "de"), ("A9", "fr")]


def test_languages_are_detected_without_a_column():
    faq = faq_of("question,answer\nГде можно курить в вашем отеле?,На террасе у бара\n")
    assert faq.entries[0].language == "ru"


def test_a_first_entry_is_no_header():
    faq = faq_of("\n".join(f'"{question}","{answer}"' for question, answer in PAIRS))
    assert [each.question for each in faq.entries] == [question for question, _ in PAIRS]


def test_rows_without_an_answer_are_left_out_and_counted():
    faq = faq_of("question,answer\nIs there a lift?,Yes\nIs there a spa?,\n,Nobody knows\n")
    assert len(faq.entries) == 1
    assert "2 rows without a question or an answer left out." in faq.notes


def test_equal_ids_are_told_apart():
    faq = faq_of("id,question,answer\nA,One?,Yes\nA,Two?,No\nB,Three?,No\n")
    assert len({each.id for each in faq.entries}) == 3


def test_a_file_without_questions_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match="No column looks like"):
        faq_of("stars,price\n5,100\n4,80\n")
    with pytest.raises(InputError, match="no column 'Z'"):
        faq_of("question,answer\nWhat?,That\n", question="Z")
    with pytest.raises(InputError, match="holds no question with an answer"):
        faq_of("question,answer,x\nWhat?,,1\n,That,2\n")
    path = tmp_path / "gone.csv"
    with pytest.raises(InputError, match="gone.csv"):
        read_faq(path)


def test_questions_come_one_a_line_or_from_a_column(tmp_path):
    lines, table = tmp_path / "questions.txt", tmp_path / "questions.csv"
    lines.write_text("Is there a lift, or only stairs?\n\nWi-Fi?\n", "utf-8")
    table.write_text("question,language,id\nGibt es WLAN?,de,F1\n有电梯吗？,zh,\n", "utf-8")
    assert read_questions(lines) == ["Is there a lift, or only stairs?", "Wi-Fi?"]
    assert read_questions(table) == ["Gibt es WLAN?", "有电梯吗？"]
    lines.write_text("Is there a lift?\n", "utf-8")
    assert read_questions(lines) == ["Is there a lift?"]
