using System.Globalization;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

/// <summary>Reads our own options: one element or one argument each, with the same names.</summary>
internal static class WrapperOptionsReader
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Reads the file of the slot, where there is one, and the arguments over it.</summary>
    /// <param name="files">The files of the app version.</param>
    /// <param name="arguments">NAME=VALUE each.</param>
    /// <exception cref="BoincException">The file is no such, or an option is unknown or out of its range.</exception>
    public static WrapperOptions Read(VersionFiles files, IEnumerable<string> arguments)
    {
        var file = files.Find(SlotFiles.Options) is { } path ? BoincXml.ReadFile(path, OptionNames.Root, MostBytes) : new XElement(OptionNames.Root);
        var options = Apply(new WrapperOptions(), file.Elements().Select(static element => (element.Name.LocalName, element.Value.Trim())));
        return Apply(options, arguments.Select(Split).Select(setting => files.IsChecked && setting.Name is not (OptionNames.MemoryMiB or OptionNames.VirtualCpus)
            ? throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The command line sets \"{Short(setting.Name)}\", which only vmsandbox.xml may: a work unit writes command lines, and is not signed.")
            : setting));
    }

    private static string Short(string name) => name.Length > 40 ? name[..40] : name;

    private static WrapperOptions Apply(WrapperOptions options, IEnumerable<(string Name, string Value)> settings)
    {
        foreach (var (name, value) in settings)
        {
            options = name switch
            {
                OptionNames.Payload => options with { Payload = Logical(name, value) },
                OptionNames.Job => options with { Job = Logical(name, value) },
                OptionNames.Api => options with { HasApi = ValueText.IsSet(value) },
                OptionNames.Qemu => options with { Qemu = Path.IsPathRooted(value) ? value : Logical(name, value) },
                OptionNames.GuestImage => options with { GuestImage = Path.IsPathRooted(value) ? value : Logical(name, value) },
                OptionNames.Layer => options with { Layers = [.. options.Layers, Logical(name, value)] },
                OptionNames.MemoryMiB => options with { MemoryMiB = Number(name, value, 96, 65_536) },
                OptionNames.VirtualCpus => options with { VirtualCpus = Number(name, value, 1, 64) },
                OptionNames.Output => options with { Outputs = [.. options.Outputs, Logical(name, value)] },
                _ => throw Wrong($"has an unknown option \"{Short(name)}\""),
            };
        }

        return options;
    }

    private static (string Name, string Value) Split(string argument)
    {
        var sign = argument.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 ? (argument[..sign], argument[(sign + 1)..]) : (argument, "");
    }

    private static string Logical(string name, string value)
    {
        var path = value.Replace('\\', '/');
        return Contracts.RelativePath.Fault(path) is null && path != Contracts.RelativePath.Root ? path : throw Wrong($"has a <{name}> that does not name a file of the slot: \"{value}\"");
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"has a <{name}> that is no number from {least} to {most}: \"{value}\"");

    private static BoincException Wrong(string what) => new(SandboxErrorCode.BoincFileMalformed, $"vmsandbox.xml {what}.");
}
