using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>A file that the project's download server has: of an application version, or an input of a work unit.</summary>
/// <param name="Name">Its physical name, unique in the project.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="OpenName">Its name in the slot; null for the physical one.</param>
internal sealed record AppFile(string Name, byte[] Content, string? OpenName = null)
{
    /// <summary>Whether the client starts it: one of each version.</summary>
    public bool IsMainProgram { get; init; }

    /// <summary>Whether the slot gets the file itself and not a soft link.</summary>
    public bool IsCopied { get; init; }

    /// <summary>Its MD5, as 32 lower-case hex digits.</summary>
    public string Md5 { get; } = Md5Of(Content);

    public static AppFile FromText(string name, string text, string? openName = null) => new(name, Encoding.UTF8.GetBytes(text), openName);

    public static AppFile FromDisk(string path, string? openName = null, string? name = null) => new(name ?? Path.GetFileName(path), File.ReadAllBytes(path), openName);

    /// <summary>The reference to it of a version or a work unit.</summary>
    public string ToReference() =>
        $"<file_ref>\n<file_name>{Name}</file_name>\n{(OpenName is null ? "" : $"<open_name>{OpenName}</open_name>\n")}{(IsMainProgram ? "<main_program/>\n" : "")}{(IsCopied ? "<copy_file/>\n" : "")}</file_ref>\n";

    public static string Md5Of(byte[] content)
    {
#pragma warning disable CA5351 // BOINC's protocol names files by their MD5.
        return Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
    }
}
