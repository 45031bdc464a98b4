"""Files, lines and functions stay small enough to hold in one's head."""

import re
import statistics

import pytest
from tree import emulator_sources, faults, files

FILE_LINES_MAX = 400
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 60

NOT_FUNCTIONS = ("namespace", "struct", "class", "enum", "union", "extern")


def long_files(path: str, text: str):
    count = text.count("\n")
    if count > FILE_LINES_MAX:
        yield f"{count} lines, at most {FILE_LINES_MAX}"


def long_lines(path: str, text: str):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > COLUMNS_MAX:
            yield f"line {number} has {len(line)} columns, at most {COLUMNS_MAX}"


def without_text(source: str) -> str:
    """The source with comments and literals blanked, line structure kept."""
    pattern = "|".join([
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",  # preprocessor lines, continued ones too
        r"//[^\n]*", r"/\*.*?\*/",
        r'"(?:\\.|[^"\\\n])*"', r"'(?:\\.|[^'\\\n])*'"])
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), source,
                  flags=re.DOTALL | re.MULTILINE)


def functions(source: str):
    """(first line, number of lines) of every function body at namespace or class level."""
    code = without_text(source)
    opened: list[tuple[bool, int]] = []  # (is a function, line)
    head_start = 0
    for position, char in enumerate(code):
        if char in ";}{":
            head = code[head_start:position].strip()
            head_start = position + 1
        if char == "{":
            words = re.sub(r"^(public|private|protected)\s*:", "", head).split()
            inside = any(is_function for is_function, _ in opened)
            is_type = bool(words) and (words[0] in NOT_FUNCTIONS or "struct" in words[:3])
            is_function = not inside and ")" in head and not is_type
            opened.append((is_function, code.count("\n", 0, position) + 1))
        elif char == "}" and opened:
            is_function, line = opened.pop()
            if is_function:
                yield line, code.count("\n", 0, position) + 1 - line + 1


def long_functions(path: str, text: str):
    for line, length in functions(text):
        if length > FUNCTION_LINES_MAX:
            yield f"line {line}: a function of {length} lines, at most {FUNCTION_LINES_MAX}"


@pytest.mark.parametrize("rule", [long_files, long_lines, long_functions])
def test_the_emulator_keeps_the_rule(rule):
    assert faults(rule, emulator_sources()) == ""


def test_tests_and_scripts_keep_their_files_and_lines_short():
    pairs = [(p, t) for p, t in files(".cc", ".h", ".c", ".py", ".s") if p.startswith("tests/")]
    assert faults(long_files, pairs) == ""
    assert faults(long_lines, pairs) == ""


def test_most_functions_are_far_below_the_limit():
    lengths = [n for _, text in emulator_sources() for _, n in functions(text)]
    assert len(lengths) > 300, "the parser lost the functions"
    assert statistics.median(lengths) <= 10
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def test_a_long_file_is_caught():
    assert list(long_files("x", "\n" * 401)) and not list(long_files("x", "\n" * 400))


def test_a_long_line_is_caught():
    assert list(long_lines("x", "a" * 101)) and not list(long_lines("x", "a" * 100))


def test_a_long_function_is_caught_wherever_it_stands():
    body = "void f(int a) {\n" + "  a();\n" * 60 + "}\n"
    assert list(long_functions("x", "namespace n {\n" + body + "}\n"))
    assert list(long_functions("x", "struct S {\n" + body + "};\n"))
    assert not list(long_functions("x", "namespace n {\n" + "int a;\n" * 90 + "}\n"))


def test_braces_in_text_do_not_confuse_the_measure():
    source = 'void f() {\n  g("}{", \'}\');  // }\n}\n'
    assert list(functions(source)) == [(1, 3)]
