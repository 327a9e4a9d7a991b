using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>
/// Runs something as the user nobody where the tests run as root: the bare system call changes the one thread that makes it (setresuid(2),
/// "C library/kernel differences"), and that thread then ends. An ordinary user stays who it is.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class NobodyThread
{
    private const long Nobody = 65534;

    public static void Run(Action action)
    {
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (LinuxNative.IsRoot)
                {
                    Call(RuntimeInformation.OSArchitecture is Architecture.Arm64 ? 147 : 117, Nobody, Nobody, Nobody).Should().Be(0);
                }

                action();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long Call(long number, long first, long second, long third);
}
