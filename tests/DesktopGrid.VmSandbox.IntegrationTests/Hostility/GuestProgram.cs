using System.Collections.Concurrent;
using System.Diagnostics;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>
/// The small C programs of the tests, each in the folder Programs beside those that send it, compiled when first asked for. The linker of the
/// guest's daemon brings a C compiler, so there is one wherever the image was made; elsewhere the test says that it is left out, and why.
/// </summary>
internal static class GuestProgram
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Compiled = new();

    public static Task<string> CompileAsync(string name, CancellationToken cancellationToken) => CompileAsync(name, "Hostility", cancellationToken);

    public static Task<string> CompileAsync(string name, string folder, CancellationToken cancellationToken) =>
        Compiled.GetOrAdd(Path.Combine(folder, "Programs", $"{name}.c"), static source => new Lazy<Task<string>>(() => CompileOnceAsync(source))).Value.WaitAsync(cancellationToken);

    /// <summary>The first of these compilers that is installed.</summary>
    public static string RequireCompiler(params string[] names)
    {
        var found = names.SelectMany(static name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Ignore($"There is no C compiler ({string.Join(", ", names)}) with which to make a program for the guest.");
        }

        return found;
    }

    /// <summary>Runs a program of the host to its end, and fails with what it said if it fails.</summary>
    public static async Task<string> RunOnHostAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // .NET leaves a process's streams to whoever has taken them, and a check for leaks would find them until they are collected.
        using var output = process.StandardOutput;
        using var errors = process.StandardError;
        var failure = errors.ReadToEndAsync();
        var said = await output.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await failure);
        return said;
    }

    private static async Task<string> CompileOnceAsync(string source)
    {
        var compiler = RequireCompiler("clang", "gcc", "cc");
        var target = Path.Combine(Directory.CreateTempSubdirectory("vmsandbox-program-").FullName, Path.GetFileNameWithoutExtension(source));
        // Static: the host's glibc may be newer than the guest's.
        await RunOnHostAsync(compiler, "-O1", "-static", "-pthread", "-o", target, Path.Combine(AppContext.BaseDirectory, source));
        return target;
    }
}
