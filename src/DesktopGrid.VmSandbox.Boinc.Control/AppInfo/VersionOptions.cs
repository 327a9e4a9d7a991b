using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>
/// What our wrapper is told about one application version, in a file of the version that the slot links as <see cref="SlotFiles.Options"/>. Memory and
/// processors are not among it: the wrapper takes them from the task.
/// </summary>
internal sealed record VersionOptions
{
    /// <summary>How the names of our options files begin in a project's folder.</summary>
    public const string FilePrefix = "vmsandbox_";

    /// <summary>The file's name in the project's folder.</summary>
    public required string FileName { get; init; }

    /// <summary>The slot's name of the project's program; null where <see cref="Job"/> says what to run.</summary>
    public string? Payload { get; init; }

    /// <summary>The slot's name of a stock wrapper's <c>job.xml</c>.</summary>
    public string? Job { get; init; }

    /// <summary>Whether the program talks with the client itself; null where that was not looked for, and the wrapper looks.</summary>
    public bool? UsesApi { get; init; }

    /// <summary>A name that only this version has.</summary>
    public static string NameFor(VersionTuple tuple)
    {
        var platform = tuple.Platform.StartsWith("x86_64", StringComparison.Ordinal) ? "" : $"_{Plain(tuple.Platform)}";
        return string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{Plain(tuple.App)}_{tuple.Version}{platform}{(tuple.PlanClass.Length > 0 ? $"_{Plain(tuple.PlanClass)}" : "")}.xml");
    }

    /// <summary>The file.</summary>
    /// <param name="emulator">The QEMU that the client's user can run, absolute.</param>
    /// <param name="guestImage">The folder of the guest image, absolute.</param>
    public byte[] ToBytes(string emulator, string guestImage)
    {
        var writer = new MarkupWriter();
        writer.Open(OptionNames.Root);
        writer.Value(OptionNames.Payload, Payload);
        writer.Value(OptionNames.Job, Job);
        writer.Value(OptionNames.Api, UsesApi is { } usesApi ? usesApi ? "1" : "0" : null);
        writer.Value(OptionNames.Qemu, emulator);
        writer.Value(OptionNames.GuestImage, guestImage);
        writer.Close();
        return writer.ToBytes();
    }

    private static string Plain(string text) => string.Concat(text.Take(64).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
}
