namespace DesktopGrid.VmSandbox.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Only">Names, or beginnings of names up to a dot; empty for all.</param>
/// <param name="JsonPath">Where the list of results goes; null for nowhere.</param>
/// <param name="IsQuick">Fewer samples: to see that a number exists and roughly where it lies.</param>
/// <param name="IsList">Only tell the names.</param>
internal sealed record BenchOptions(IReadOnlyList<string> Only, string? JsonPath, bool IsQuick, bool IsList)
{
    private const string Usage = """
        usage: bench.sh [--only NAME...] [--json FILE] [--quick] [--list]
          --only NAME...   only these numbers; a name's beginning up to a dot takes all below it (put, start.cold)
          --json FILE      also write the results as a JSON list
          --quick          a third of the samples
          --list           tell the names and end
        """;

    /// <summary>Null when the arguments are wrong or help was asked for, which <paramref name="errors"/> then says.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments, TextWriter errors)
    {
        var only = new List<string>();
        string? json = null;
        bool isQuick = false, isList = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--only" when Next(i):
                    while (Next(i))
                    {
                        only.Add(arguments[++i]);
                    }

                    break;
                case "--json" when Next(i):
                    json = Path.GetFullPath(arguments[++i]);
                    break;
                case "--quick":
                    isQuick = true;
                    break;
                case "--list":
                    isList = true;
                    break;
                default:
                    errors.WriteLine(arguments[i] is "-h" or "--help" ? Usage : $"error: {arguments[i]} is unknown or lacks its value{Environment.NewLine}{Usage}");
                    return null;
            }
        }

        return new BenchOptions(only, json, isQuick, isList);

        bool Next(int i) => i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
    }

    /// <summary>Whether a number was asked for.</summary>
    public bool Wants(string name) => Only.Count == 0 || Only.Any(asked => name == asked || name.StartsWith(asked.TrimEnd('.') + ".", StringComparison.Ordinal));
}
