using System.IO.MemoryMappedFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>A file that is mapped and shared.</summary>
internal sealed unsafe class MappedFile : ISharedBytes
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pointer;
    private readonly int _length;

    private MappedFile(MemoryMappedFile file, int length)
    {
        (_file, _length) = (file, length);
        _view = file.CreateViewAccessor(0, length);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
    }

    /// <inheritdoc />
    public Span<byte> Bytes => new(_pointer, _length);

    /// <summary>Maps a file.</summary>
    /// <exception cref="BoincException">It is not there, or shorter.</exception>
    public static MappedFile Open(string path, int length)
    {
        try
        {
            var has = new FileInfo(path).Length;
            if (has < length)
            {
                throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"{Path.GetFileName(path)} has {has} bytes; the client's shared memory has {length}.");
            }

            return Of(MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0), length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"There is no {Path.GetFileName(path)} in the slot: the client has not made its shared memory.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"{Path.GetFileName(path)} cannot be mapped: {e.Message}", e);
        }
    }

    /// <summary>A mapping that is open already; it is the view's to close.</summary>
    public static MappedFile Of(MemoryMappedFile file, int length)
    {
        try
        {
            return new MappedFile(file, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
