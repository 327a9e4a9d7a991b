using System.Globalization;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

/// <summary>
/// The command line: the work unit's arguments, then the app version's. What follows <c>--vmsandbox</c> is ours. Before it, with a <c>job.xml</c>, stand the
/// stock wrapper's options; without one, everything is the program's.
/// </summary>
internal sealed record WrapperArguments
{
    /// <summary>Begins our own part.</summary>
    public const string Marker = "--vmsandbox";

    /// <summary>What stands before the marker.</summary>
    public required IReadOnlyList<string> Before { get; init; }
    /// <summary>Our own settings.</summary>
    public required IReadOnlyList<string> Own { get; init; }

    /// <summary>Takes a command line apart.</summary>
    public static WrapperArguments Of(IReadOnlyList<string> arguments)
    {
        var marker = arguments.ToList().IndexOf(Marker);
        return marker < 0
            ? new WrapperArguments { Before = arguments, Own = [] }
            : new WrapperArguments { Before = [.. arguments.Take(marker)], Own = [.. arguments.Skip(marker + 1).Where(static each => each != Marker)] };
    }

    /// <summary>What stands before the marker, read as the stock wrapper's own options.</summary>
    /// <exception cref="BoincException">An option is unknown or has no value.</exception>
    public StockArguments Stock()
    {
        var found = new StockArguments();
        for (var i = 0; i < Before.Count; i++)
        {
            switch (Before[i])
            {
                case "--nthreads":
                    found = found with { Threads = (int)Value(1, 64) };
                    break;
                case "--device":
                    throw new BoincException(SandboxErrorCode.BoincUnsupported, "The client gives this task a GPU (--device): there is none in a sandbox.");
                case "--trickle":
                    found = found with { TricklePeriod = TimeSpan.FromSeconds(Value(1, 1e8)) };
                    break;
                case "--use_tstp" or "--sporadic":
                    // A suspended machine stands as a whole; a sporadic application would want the client's newer channel, and runs without.
                    break;
                case "--passthrough_child":
                    return found with { Passed = [.. Before.Skip(i + 1)] };
                case var unknown:
                    throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The command line has an unknown option \"{unknown}\".");
            }

            double Value(double least, double most)
            {
                var option = Before[i];
                i++;
                return i < Before.Count && double.TryParse(Before[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
                    ? value
                    : throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The command line's {option} wants a number from {least} to {most}.");
            }
        }

        return found;
    }
}

/// <summary>The stock wrapper's own options.</summary>
internal sealed record StockArguments
{
    /// <summary>Processors that the project's scheduler has given; null for what the client says.</summary>
    public int? Threads { get; init; }
    /// <summary>How much running time lies between two trickles about CPU time; null for none.</summary>
    public TimeSpan? TricklePeriod { get; init; }
    /// <summary>What is added to the arguments of programs that ask for it.</summary>
    public IReadOnlyList<string> Passed { get; init; } = [];
}
