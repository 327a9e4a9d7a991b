using System.Text;
using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Takes over how an image's programs are started, within bounds: a task gets it as its default.</summary>
internal static class OciProgram
{
    /// <summary>Variables, or arguments, that an image may have.</summary>
    public const int MaxTexts = 256;

    /// <summary>Bytes of all of them together: an eighth of what a start may have.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <exception cref="Images.ImageException">It is too much, or holds what no program can be given.</exception>
    public static LayerProgram Of(string source, OciExecution? execution)
    {
        var environment = execution?.Env ?? [];
        var arguments = (IReadOnlyList<string>)[.. execution?.Entrypoint ?? [], .. execution?.Cmd ?? []];
        var texts = (IReadOnlyList<string?>)[.. environment, .. arguments, execution?.WorkingDir ?? ""];
        if (environment.Count > MaxTexts || arguments.Count > MaxTexts || texts.Any(static text => text is null || text.Contains('\0', StringComparison.Ordinal)) || texts.Sum(static text => (long)Encoding.UTF8.GetByteCount(text!)) > MaxBytes)
        {
            throw ImportFault.Refused(source, $"it sets more than {MaxTexts} variables or arguments or {MaxBytes} bytes of them, or some that cannot be set");
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in environment)
        {
            var sign = variable.IndexOf('=', StringComparison.Ordinal);
            if (sign > 0)
            {
                variables[variable[..sign]] = variable[(sign + 1)..];
            }
        }

        return new LayerProgram
        {
            Environment = variables,
            Entrypoint = execution?.Entrypoint ?? [],
            Command = execution?.Cmd ?? [],
            WorkingDirectory = execution?.WorkingDir is { Length: > 0 } folder ? folder : null,
        };
    }
}
