namespace DesktopGrid.VmSandbox.Packages;

/// <summary>What GenWrapper's launcher does, in the guest's shell.</summary>
internal static class LaunchScript
{
    /// <summary>The name by which the shell speaks of the script in its own messages.</summary>
    private const string Name = "gw_launcher";

    // The packed programs may lie over files that came beside them, as the launcher has it. What a script writes is told at its end alone, since
    // that is when the launcher does, and in the same form. Standard input is the script's, untouched.
    private const string Text = """
        archive=$1 script=$2
        shift 2
        if [ -n "$archive" ]; then unzip -o -q "./$archive" </dev/null >&2 || exit 1; fi
        cat >gw_tmp.sh <<'END'
        set -e
        if [ -r ./profile.sh ]; then . "$(boinc resolve_filename ./profile.sh)"; fi
        . "$(boinc resolve_filename "./$GW_SCRIPT")"
        END
        code=0
        GW_SCRIPT=$script sh gw_tmp.sh "$@" >gw_stdout.txt 2>gw_stderr.txt || code=$?
        sed 's/^/ > /' gw_stderr.txt >&2
        cat gw_stdout.txt
        exit $code
        """;

    /// <summary>The arguments of the guest's shell.</summary>
    /// <param name="archive">The application's archive; null for none.</param>
    /// <param name="script">The work unit's script.</param>
    /// <param name="arguments">What the script gets.</param>
    public static IReadOnlyList<string> Arguments(string? archive, string script, IEnumerable<string> arguments) => ["-c", Text, Name, archive ?? "", script, .. arguments];
}
