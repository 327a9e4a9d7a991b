using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>What this computer lets a test do.</summary>
internal static partial class Host
{
    /// <summary>Whether the tests run as root, whom no file's mode stops.</summary>
    public static bool IsRoot => EffectiveUser() == 0;

    /// <summary>Skips the test, aloud, where a tool is not installed.</summary>
    public static string RequireTool(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assume.That(path, Is.Not.Null, $"{name} is not installed here");
        return path!;
    }

    /// <summary>Takes the right to write away, runs, and gives it back; skips the test where that stops nobody.</summary>
    public static void WithoutWriting(string path, Action action)
    {
        if (IsRoot || OperatingSystem.IsWindows())
        {
            Assert.Ignore("root may write everywhere");
            return;
        }

        var mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode & ~(UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        try
        {
            action();
        }
        finally
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Runs a tool to its end; fails the test unless it ends well.</summary>
    public static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, $"{tool} {string.Join(' ', arguments)} said: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
