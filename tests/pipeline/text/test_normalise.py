"""Folding of text for comparison."""

from pipeline.text.normalise import fold, fold_with_offsets


def test_folding():
    assert fold("Ｗｉ‐Ｆｉ  CAFÉ\u200b Größe İzmir") == "wi-fi cafe grosse izmir"
    assert fold("ﾄﾞﾗｲﾔｰ") == "ドライヤー" and fold("が") != fold("か")
    text = "Das große Café ﾄﾞ"
    folded, starts, ends = fold_with_offsets(text)
    assert folded == fold(text)
    at = folded.index("cafe")
    assert text[starts[at] : ends[at + 3]] == "Café"
