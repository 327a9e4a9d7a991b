using System.Globalization;

namespace DesktopGrid.VmSandbox.GuestDaemon.Tool;

/// <summary>
/// The command by which a script of GenWrapper's speaks to BOINC: <c>boinc fraction_done 0.25</c>. As there, a call that it does not
/// understand is told on standard error and succeeds: scripts run with <c>set -e</c>, and some begin with <c>boinc init</c>, which it never knew.
/// </summary>
internal static class BoincCommand
{
    public const string Name = "boinc";

    private const string Usage = """
        usage: boinc resolve_filename NAME
               boinc fraction_done 0..1
               boinc fraction_done_percent 0..100
               boinc finish CODE
        """;

    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case []:
                Console.Out.WriteLine(Usage);
                return 0;
            case ["resolve_filename", var name, ..]:
                // Inputs lie under their own names in the guest. A script puts the answer into its command line: no line feed.
                Console.Out.Write(name);
                return 0;
            case ["fraction_done", var text, ..] when Number(text) is { } fraction:
                FractionDone.Reach(fraction, Complain);
                return 0;
            case ["fraction_done_percent", var text, ..] when Number(text) is { } percent:
                FractionDone.Reach(percent / 100, Complain);
                return 0;
            case ["finish", var text, ..] when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code):
                return code;
            default:
                Complain($"this is not understood: {string.Join(' ', arguments)}");
                return 0;
        }
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static void Complain(string fault) => Console.Error.WriteLine($"{Name}: {fault}");
}
