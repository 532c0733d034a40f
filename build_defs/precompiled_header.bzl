"""A header compiled once, for sources that begin with it (cc.bzl says how).

Wherever the flags of a source do not fit those here (another optimization,
-fno-exceptions), gcc reads the header itself: slower, the same. clang refuses.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

# The compiled header instantiates its templates, which gcc cannot, and which is
# most of what it saves. It holds no times and no path of this build, so that
# the same inputs always make the same file, good for every output base.
_CLANG_FLAGS = [
    "-fpch-instantiate-templates",
    "-Xclang",
    "-fno-pch-timestamp",
    "-Xclang",
    "-relocatable-pch",
    "-isysroot",
    "/proc/self/cwd",
]

def _precompiled_header_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    deps = cc_common.merge_cc_infos(cc_infos = [d[CcInfo] for d in ctx.attr.deps]).compilation_context

    clang = ctx.attr.compiler == "clang"
    if clang:
        header = ctx.file.hdr
        compiled = ctx.actions.declare_file(ctx.label.name + ".h.pch")
    else:
        # gcc looks for the compiled one beside the header.
        header = ctx.actions.declare_file(ctx.label.name + ".h")
        ctx.actions.symlink(output = header, target_file = ctx.file.hdr)
        compiled = ctx.actions.declare_file(ctx.label.name + ".h.gch")
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ["-x", "c++-header"] +
                             (_CLANG_FLAGS if clang else []),
        source_file = header.path,
        output_file = compiled.path,
        include_directories = deps.includes,
        quote_include_directories = deps.quote_includes,
        system_include_directories = deps.system_includes,
        preprocessor_defines = depset(transitive = [deps.defines, deps.local_defines]),
        use_pic = True,
    )
    env = dict(cc_common.get_environment_variables(
        feature_configuration = features,
        action_name = CPP_COMPILE_ACTION_NAME,
        variables = variables,
    ))
    env["PWD"] = "/proc/self/cwd"  # of which clang makes absolute paths
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            feature_configuration = features,
            action_name = CPP_COMPILE_ACTION_NAME,
        ),
        arguments = cc_common.get_memory_inefficient_command_line(
            feature_configuration = features,
            action_name = CPP_COMPILE_ACTION_NAME,
            variables = variables,
        ),
        env = env,
        inputs = depset([header], transitive = [deps.headers, toolchain.all_files]),
        outputs = [compiled],
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling " + ctx.file.hdr.short_path,
    )
    own = cc_common.create_compilation_context(headers = depset([header, compiled]))
    return [
        DefaultInfo(files = depset([header, compiled])),
        CcInfo(compilation_context = cc_common.merge_cc_infos(cc_infos = [
            CcInfo(compilation_context = own),
        ] + [d[CcInfo] for d in ctx.attr.deps]).compilation_context),
    ]

precompiled_header = rule(
    implementation = _precompiled_header_impl,
    attrs = {
        "hdr": attr.label(allow_single_file = [".h"], mandatory = True),
        "deps": attr.label_list(providers = [CcInfo]),
        "compiler": attr.string(values = ["clang", "gcc"], mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
