using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>One writing of files to the output disk: looks at all of them first, and writes them then.</summary>
internal sealed class Collection(CollectRequest request, WorkDirectory work)
{
    /// <summary>Whether it is worth the disk, and fits: otherwise the host takes the files one by one.</summary>
    public bool IsFor()
    {
        var (files, bytes, left) = (0, 0L, request.MaxBytes);
        foreach (var path in request.Paths)
        {
            files++;
            using var file = Open(path, out var status, out var length);
            if (status == CollectedStatus.File && length > left)
            {
                // The last that is told.
                break;
            }

            bytes += length;
            left -= length;
        }

        return bytes >= request.LeastBytes && CollectedFormat.LengthOf(files, bytes) <= request.DiskLength;
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="disk">Where to.</param>
    /// <param name="tell">Told after each block: the file under way, and how much of it is written.</param>
    /// <returns>Bytes of the stream.</returns>
    public async Task<long> WriteAsync(OutputDisk disk, Func<int, long, Task> tell)
    {
        Head(disk, request.Paths.Count);
        var (told, sum) = (0, 0L);
        for (var isWhole = true; told < request.Paths.Count && isWhole; told++)
        {
            using var file = Open(request.Paths[told], out var status, out var length);
            // One may have grown since it was measured.
            if (status == CollectedStatus.File && (length > request.MaxBytes - sum || CollectedFormat.LengthOf(request.Paths.Count, sum + length) > request.DiskLength))
            {
                status = CollectedStatus.TooLarge;
            }

            isWhole = status != CollectedStatus.TooLarge;
            length = status is CollectedStatus.File or CollectedStatus.TooLarge ? length : 0;
            FileHead(disk, (uint)told, (uint)status, length);
            if (status == CollectedStatus.File)
            {
                sum += length;
                await CopyAsync(disk, file!, length, bytes => tell(told, bytes));
            }
        }

        FileHead(disk, CollectedFormat.EndNumber, (uint)told, sum);
        return disk.Complete();
    }

    private static async Task CopyAsync(OutputDisk disk, SafeFileHandle file, long length, Func<long, Task> tell)
    {
        long offset = 0;
        while (offset < length)
        {
            var read = Read(disk, file, length, offset);
            if (read == 0)
            {
                break;
            }

            offset += read;
            await tell(offset);
        }

        disk.AppendZeros(length - offset);
        Tail(disk, offset);
    }

    private static int Read(OutputDisk disk, SafeFileHandle file, long length, long offset)
    {
        var free = disk.Free;
        var read = RandomAccess.Read(file, free[..(int)Math.Min(free.Length, length - offset)], offset);
        disk.Advance(read);
        return read;
    }

    private SafeFileHandle? Open(string path, out CollectedStatus status, out long length)
    {
        length = 0;
        try
        {
            var file = work.OpenFile(path, out length);
            status = CollectedStatus.File;
            return file;
        }
        catch (Exception e) when (e is RequestException or LinuxError)
        {
            status = e switch
            {
                LinuxError { Code: GuestErrorCode.NotFound } => CollectedStatus.Missing,
                LinuxError { Code: GuestErrorCode.Internal } => CollectedStatus.Unreadable,
                _ => CollectedStatus.Refused,
            };
            return null;
        }
    }

    private static void Head(OutputDisk disk, int files)
    {
        Span<byte> head = stackalloc byte[CollectedFormat.HeadLength];
        CollectedFormat.WriteHead(head, files);
        disk.Append(head);
    }

    private static void FileHead(OutputDisk disk, uint number, uint status, long length)
    {
        Span<byte> head = stackalloc byte[CollectedFormat.FileHeadLength];
        CollectedFormat.WriteFileHead(head, number, status, length);
        disk.Append(head);
    }

    private static void Tail(OutputDisk disk, long bytes)
    {
        Span<byte> tail = stackalloc byte[CollectedFormat.FileTailLength];
        CollectedFormat.WriteFileTail(tail, bytes);
        disk.Append(tail);
    }
}
