using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DesktopGrid.VmSandbox.Packages;

namespace DesktopGrid.VmSandbox.Tests.Packages;

/// <summary>A small package of GenWrapper's in a folder of its own, good until a test spoils it.</summary>
internal sealed class SamplePackage
{
    public const string Archive = "search.zip";

    private const int HeadLength = 30;

    public SamplePackage(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        Write("search", "the launcher");
        Write("wu_script.sh", "./bin/count <in.txt >out.txt");
        Write("profile.sh", "export WORDS=3");
        Write("in.txt", "one two three");
        Pack(("bin/count", "a program"), ("data/", null), ("data/words", new string('w', 100_000)));
    }

    public string Folder { get; }

    public GenWrapperPackage Package => new() { Folder = Folder };

    public string File(string name) => Path.Combine(Folder, name);

    public void Write(string name, string text) => System.IO.File.WriteAllText(File(name), text);

    /// <summary>Makes the archive anew; a path without a content is a folder.</summary>
    public void Pack(params (string Path, string? Content)[] entries)
    {
        using var archive = new ZipArchive(System.IO.File.Create(File(Archive)), ZipArchiveMode.Create);
        foreach (var (path, content) in entries)
        {
            var entry = archive.CreateEntry(path);
            if (content is not null)
            {
                using var stream = entry.Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }
    }

    /// <summary>Changes the archive's bytes.</summary>
    public void Spoil(Func<byte[], byte[]> change) => System.IO.File.WriteAllBytes(File(Archive), change(System.IO.File.ReadAllBytes(File(Archive))));

    /// <summary>Writes a number into the directory's record of a file, at an offset within that record (APPNOTE, 4.3.12).</summary>
    public void SpoilRecord(string path, int offset, uint value) => Spoil(bytes =>
    {
        const int NameOffset = 46;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(path)) - NameOffset + offset), value);
        return bytes;
    });

    /// <summary>Writes a number into a file's own head, at an offset within that head (APPNOTE, 4.3.7).</summary>
    public void SpoilHead(string path, int offset, uint value) => Spoil(bytes =>
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeadOf(bytes, path) + offset), value);
        return bytes;
    });

    /// <summary>Writes another name of the same length into a file's own head.</summary>
    public void RenameHead(string path, string name) => Spoil(bytes =>
    {
        Encoding.UTF8.GetBytes(name).CopyTo(bytes, HeadOf(bytes, path) + HeadLength);
        return bytes;
    });

    /// <summary>Writes a number into the record at the archive's end (APPNOTE, 4.3.16).</summary>
    public void SpoilEnd(int offset, uint value) => Spoil(bytes =>
    {
        const int Length = 22;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - Length + offset), value);
        return bytes;
    });

    private static int HeadOf(byte[] bytes, string path) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) - HeadLength;
}
