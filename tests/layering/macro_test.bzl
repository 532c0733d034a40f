"""Tests of never_depends: over a small tree with a fault, each way to fail."""

load("//build_defs:layering.bzl", "never_depends")

_FIXTURE = "//tests/layering/fixture"

def never_depends_tests():
    """Declares them."""
    scope = [_FIXTURE + ":everything"]
    secret = [_FIXTURE + ":secret"]
    never_depends(
        name = "a_clean_target_passes_test",
        on = secret,
        scope = scope + [_FIXTURE + ":clean"],
        target = _FIXTURE + ":clean",
    )
    never_depends(
        name = "an_indirect_dependency_fails_test",
        fails_with = _FIXTURE + ":secret",
        on = secret,
        scope = scope + [_FIXTURE + ":dirty"],
        target = _FIXTURE + ":dirty",
    )
    never_depends(
        name = "a_fault_anywhere_in_a_folder_fails_test",
        fails_with = "forbidden dependencies",
        folder = _FIXTURE,
        on = secret,
        scope = scope,
    )
    never_depends(
        name = "an_allowed_dependency_passes_test",
        may = [_FIXTURE + ":secret", _FIXTURE + ":helper", _FIXTURE + ":dirty"],
        on = [_FIXTURE],
        scope = scope + [_FIXTURE + ":dirty"],
        target = _FIXTURE + ":dirty",
    )
    never_depends(
        name = "what_is_not_among_the_allowed_fails_test",
        fails_with = "forbidden dependencies:\n%s:helper" % _FIXTURE,
        may = [_FIXTURE + ":secret", _FIXTURE + ":dirty"],
        on = [_FIXTURE],
        scope = scope + [_FIXTURE + ":dirty"],
        target = _FIXTURE + ":dirty",
    )
    never_depends(
        name = "a_part_of_a_folder_can_be_left_out_test",
        but = _FIXTURE + ":dirty",
        folder = _FIXTURE,
        may = [_FIXTURE + ":secret"],
        on = secret + [_FIXTURE + ":dirty"],
        scope = [_FIXTURE + ":dirty"],
    )
    never_depends(
        name = "a_rule_about_no_target_fails_test",
        fails_with = "the rule is about no target",
        folder = _FIXTURE + "/nothing_here",
        on = secret,
        scope = scope,
    )
    never_depends(
        name = "a_slip_of_the_pen_fails_test",
        fails_with = "nothing in the tree begins with //lib/pksc11",
        on = secret + ["//lib/pksc11"],
        scope = scope + [_FIXTURE + ":clean"],
        target = _FIXTURE + ":clean",
    )
