from octavo.reproduce.written import written


def test_what_two_runs_wrote_stands_side_by_side() -> None:
    one = {"greedy": {"first": ["one\ntwo", "word " * 50]}, "walks": [["a", "b"], ["c"]]}
    other = {"greedy": {"first": ["three"]}, "walks": [["d", "e"], ["f"]]}
    lines = [line for line in written([{"run": "vae", "found": one}, {"run": "collapsed", "found": other}]) if line]
    assert lines[0].startswith("The likeliest")
    assert [line.split() for line in lines[1:3]] == [["vae", "collapsed"], ["one", "two", "three"]]
    assert lines[1].index("collapsed") == lines[2].index("three")
    words, walks = lines[3:].index("From one held-out text, as it is, to another, as it is:"), lines[-4:]
    assert sum(line.count("word") for line in lines[3 : 3 + words]) == 50
    assert all(len(line) < 130 for line in lines)
    spelled = [["'a'", "'d'"], ["'b'", "'e'"], ["'c'", "'f'"]]
    assert [line.split() for line in walks] == [["vae", "collapsed"], *spelled]


def test_what_wrote_nothing_has_no_column() -> None:
    assert written([{"run": "vae", "found": {"greedy": {"texts": 3}}}]) == []


def test_texts_by_label_stand_beside_how_likely_their_label_is() -> None:
    told = {"seed": 3, "texts": {"for": "good\nfun", "against": ""}, "probabilities": {"for": 0.987, "against": 0.5}}
    untold = {"seed": 4, "texts": {"0": "one"}}
    assert [line for line in written([{"run": "vae", "found": {"groups": [told, untold]}}]) if line] == [
        "z of seed 3:",
        "    for (0.99): good fun",
        "    against (0.50):",
        "z of seed 4:",
        "    0: one",
    ]


def test_short_texts_are_spelled_one_to_a_line() -> None:
    lines = written([{"run": "vae", "found": {"greedy": {"first": ["   ", "a b\n", "'"]}, "walks": [["   "], ["b"]]}}])
    assert [line.strip() for line in lines[3:7]] == ["vae", "'   '", "'a b\\n'", '"\'"']
    assert [line.strip() for line in lines[-4:]] == ["'   '", "", "'b'", ""]
