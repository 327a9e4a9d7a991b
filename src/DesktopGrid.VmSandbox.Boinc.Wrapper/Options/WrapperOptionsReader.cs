using System.Globalization;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

/// <summary>Reads our own options: one element or one argument each, with the same names.</summary>
internal static class WrapperOptionsReader
{
    private const string CommandLine = "The command line, after --vmsandbox,";
    private const int MostBytes = 64 * 1024;

    /// <summary>Reads the file of the slot, where there is one, and the arguments over it.</summary>
    /// <param name="files">The files of the app version.</param>
    /// <param name="arguments">NAME=VALUE each.</param>
    /// <exception cref="BoincException">The file is no such, or an option is unknown or out of its range.</exception>
    public static WrapperOptions Read(VersionFiles files, IEnumerable<string> arguments)
    {
        var file = files.Find(SlotFiles.Options) is { } path ? BoincXml.ReadFile(path, OptionNames.Root, MostBytes) : new XElement(OptionNames.Root);
        var options = Apply(new WrapperOptions(), SlotFiles.Options, file.Elements().Select(static element => (element.Name.LocalName, element.Value.Trim())));
        return Apply(options, CommandLine, arguments.Select(Split).Select(setting => files.IsChecked && setting.Name is not (OptionNames.MemoryMiB or OptionNames.VirtualCpus)
            ? throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The command line sets \"{Short(setting.Name)}\"; only memory_mib and cpus may stand there, and all else in vmsandbox.xml: a work unit writes command lines, and is not signed.")
            : setting));
    }

    private static string Short(string name) => name.Length > 40 ? name[..40] : name;

    private static WrapperOptions Apply(WrapperOptions options, string where, IEnumerable<(string Name, string Value)> settings)
    {
        foreach (var (name, value) in settings)
        {
            options = name switch
            {
                OptionNames.Payload => options with { Payload = Logical(where, name, value) },
                OptionNames.Job => options with { Job = Logical(where, name, value) },
                OptionNames.Api => options with { HasApi = Flag(where, name, value) },
                OptionNames.Qemu => options with { Qemu = Path.IsPathRooted(value) ? value : Logical(where, name, value) },
                OptionNames.GuestImage => options with { GuestImage = Path.IsPathRooted(value) ? value : Logical(where, name, value) },
                OptionNames.Layer => options with { Layers = [.. options.Layers, Logical(where, name, value)] },
                OptionNames.MemoryMiB => options with { MemoryMiB = Number(where, name, value, 96, 65_536) },
                OptionNames.VirtualCpus => options with { VirtualCpus = Number(where, name, value, 1, 64) },
                OptionNames.Output => options with { Outputs = [.. options.Outputs, Logical(where, name, value)] },
                _ => throw Wrong(where, $"has an unknown option \"{Short(name)}\""),
            };
        }

        return options;
    }

    private static (string Name, string Value) Split(string argument)
    {
        var sign = argument.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 ? (argument[..sign], argument[(sign + 1)..]) : (argument, "");
    }

    private static string Logical(string where, string name, string value)
    {
        var path = value.Replace('\\', '/');
        return Contracts.RelativePath.Fault(path) is null && path != Contracts.RelativePath.Root ? path : throw Wrong(where, $"has a <{name}> that does not name a file of the slot: \"{value}\"");
    }

    /// <summary>As every flag of BOINC's; but a word is no silent no.</summary>
    private static bool Flag(string where, string name, string value) => value.Length == 0 || ValueText.Number(value) is not null ? ValueText.IsSet(value) : throw Wrong(where, $"has an <{name}> that is neither 1 nor 0: \"{Short(value)}\"");

    private static int Number(string where, string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(where, $"has a <{name}> that is no number from {least} to {most}: \"{value}\"");

    private static BoincException Wrong(string where, string what) => new(SandboxErrorCode.BoincFileMalformed, $"{where} {what}.");
}
