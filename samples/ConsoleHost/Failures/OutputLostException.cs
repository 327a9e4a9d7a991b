using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.ConsoleHost.Failures;

/// <summary>Our own standard output or error cannot be written, a full disk behind it perhaps, while or after a program ran.</summary>
internal sealed class OutputLostException(TaskFate fate, Exception cause) : Exception($"What the program wrote cannot be passed on: {cause.Message}", cause)
{
    public TaskFate Fate => fate;
}
