namespace DesktopGrid.VmSandbox.ConsoleHost.Failures;

/// <summary>The command line, or a file that it names, has a fault that was seen before anything was done.</summary>
internal sealed class UsageException(string sentence, string? advice = null) : Exception(sentence)
{
    public string? Advice => advice;
}
