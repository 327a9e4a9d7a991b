using System.Text;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>A file that a job brings into its work directory.</summary>
public sealed record JobFile
{
    private JobFile()
    {
    }

    /// <summary>Where it goes: relative to the work directory, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary>The file of the host; null where <see cref="Content"/> holds the bytes.</summary>
    public string? HostPath { get; private init; }

    /// <summary>The bytes themselves, where there is no file of the host.</summary>
    public ReadOnlyMemory<byte> Content { get; private init; }

    /// <summary>Whether it may be run as a program. Default false.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>A file of the host.</summary>
    /// <param name="hostPath">The file; opened when the job is checked and again when it goes in.</param>
    /// <param name="path">Where it goes, relative to the work directory; null for its own name there.</param>
    /// <param name="isExecutable">Whether it may be run as a program. The job's program is, whatever this says.</param>
    /// <returns>The input.</returns>
    public static JobFile FromHost(string hostPath, string? path = null, bool isExecutable = false) =>
        new() { Path = path ?? System.IO.Path.GetFileName(hostPath), HostPath = hostPath, IsExecutable = isExecutable };

    /// <summary>A small file made of a text, in UTF-8.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="text">Its content.</param>
    /// <param name="isExecutable">Whether it may be run as a program.</param>
    /// <returns>The input.</returns>
    public static JobFile FromText(string path, string text, bool isExecutable = false) => FromBytes(path, Encoding.UTF8.GetBytes(text), isExecutable);

    /// <summary>A small file made of bytes.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="content">Its content; not copied.</param>
    /// <param name="isExecutable">Whether it may be run as a program.</param>
    /// <returns>The input.</returns>
    public static JobFile FromBytes(string path, ReadOnlyMemory<byte> content, bool isExecutable = false) =>
        new() { Path = path, Content = content, IsExecutable = isExecutable };
}

/// <summary>A file that a job gives back.</summary>
/// <param name="Path">Where the program leaves it: relative to the work directory.</param>
/// <param name="HostPath">Where it goes on the host; a relative path counts from the process's folder. Its folder is made, an old file is replaced in one step when all bytes are there.</param>
/// <param name="IsOptional">Whether it is no failure when the program does not make it.</param>
public sealed record JobOutput(string Path, string HostPath, bool IsOptional = false);

/// <summary>An output that was taken out.</summary>
/// <param name="Path">Its path in the work directory.</param>
/// <param name="HostPath">Its file on the host.</param>
/// <param name="Length">Bytes.</param>
public sealed record JobOutputFile(string Path, string HostPath, long Length);
