import numpy as np
import pytest

from nlp.vocabulary import char_grams, learn, words_of

TEXTS = [
    ("Nytt avloppsdirektiv", "Kommuner ska rena avlopp bättre"),
    ("Avlopp och vatten", "Rena vatten"),
    ("Vatten i kommuner", "Kommuner har vatten"),
    ("Bibliotek i kommuner", "Fler bibliotek"),
]
WORDS = [(words_of(title), words_of(body)) for title, body in TEXTS]


def dense(titles: list[list[str]], bodies: list[list[str]]) -> np.ndarray:
    vocabulary = learn(WORDS, least=1)
    return vocabulary.transform(titles, bodies).dot(np.eye(len(vocabulary), dtype=np.float32))


def test_the_rows_are_those_of_scikit_learn() -> None:
    """Words 1–2 and char_wb 3–5, sublinear, smoothed idf, each block of length 1 (the title read twice)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    train = [f"{title}\n{body}" for title, body in TEXTS]
    words = TfidfVectorizer(ngram_range=(1, 1), sublinear_tf=True, token_pattern=r"[^\W_]+").fit(train)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(train)
    ours = dense([[] for _ in WORDS], [title + body for title, body in WORDS])
    for theirs in (chars,):
        rows = theirs.transform(train).toarray()
        expected = rows @ rows.T
        block = ours[:, learn(WORDS, least=1).chars :]
        assert block @ block.T == pytest.approx(expected, abs=1e-5)
    assert words.vocabulary_.keys() >= {"avlopp", "vatten"}


def test_each_block_has_length_one() -> None:
    vocabulary = learn(WORDS, least=1)
    rows = dense([words for words, _ in WORDS], [words for _, words in WORDS])
    for block in (rows[:, : vocabulary.chars], rows[:, vocabulary.chars :]):
        assert np.linalg.norm(block, axis=1) == pytest.approx(np.ones(len(WORDS)), abs=1e-5)


def test_a_text_without_known_words_is_an_empty_row() -> None:
    assert not dense([["qqq"], []], [[], []]).any()


def test_the_order_of_two_words_matters() -> None:
    rows = dense([[], []], [["kommuner", "ska"], ["ska", "kommuner"]])
    assert rows[0] != pytest.approx(rows[1])


def test_sequences_of_a_short_word() -> None:
    assert char_grams("eu") == [" eu", "eu ", " eu "]
    assert char_grams("a") == [" a "]
