using System.Globalization;

namespace DesktopGrid.VmSandbox.GuestDaemon.Tool;

/// <summary>
/// How far a script of GenWrapper's is. The host hears of it by a message; the file that GenWrapper's launcher looked at holds it as well, and
/// remembers between two calls what was reached, because the fraction never falls.
/// </summary>
internal static class FractionDone
{
    private const string Key = "fraction_done";
    private const string FileName = "fraction_done.txt";

    /// <param name="fraction">What the script says; brought between 0 and 1.</param>
    /// <param name="complain">Told what went wrong. A report that is lost is no reason to end the job.</param>
    public static void Reach(double fraction, Action<string> complain)
    {
        var reached = Math.Clamp(fraction, 0, 1);
        try
        {
            if (reached <= Before())
            {
                return;
            }

            var text = reached.ToString("0.000000", CultureInfo.InvariantCulture);
            File.WriteAllText(FileName, text);
            if (DaemonLine.Send(Key, text) is { } fault)
            {
                complain(fault);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            complain(e.Message);
        }
    }

    private static double? Before() =>
        File.Exists(FileName) && double.TryParse(File.ReadAllText(FileName), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
