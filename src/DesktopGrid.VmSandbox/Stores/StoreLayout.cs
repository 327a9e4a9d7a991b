using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>
/// Every path of a store, once:
/// <code>
/// catalog.db            what exists
/// images/HASH/          base images, read-only
/// layers/HASH/          layers: disk and manifest.json, read-only
/// templates/KEY/        one template: state, root.qcow2, template.json last; KEY.lock beside it
/// machines/ID/          one machine: root.qcow2, lock, process, ID.state for each of its checkpoints, and input.iso and output.raw where it has them
/// logs/ID.jsonl         one machine's log
/// </code>
/// </summary>
internal sealed class StoreLayout(string root)
{
    private const string RemovedPrefix = ".", OverlayName = "root.qcow2", InputName = "input.iso", OutputName = "output.raw", StateExtension = ".state";

    /// <summary>The store's folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    public string Catalog => Path.Combine(Root, "catalog.db");

    public string Images => Path.Combine(Root, "images");

    public string Layers => Path.Combine(Root, "layers");

    public string Machines => Path.Combine(Root, "machines");

    public string Templates => Path.Combine(Root, "templates");

    public string Logs => Path.Combine(Root, "logs");

    public string Image(string id) => Path.Combine(Images, id);

    public string Layer(string id) => Path.Combine(Layers, id);

    public string Template(string key) => Path.Combine(Templates, key);

    /// <summary>Held by who makes a template, or removes it.</summary>
    public string TemplateLock(string key) => Template(key) + ".lock";

    public string Machine(string id) => Path.Combine(Machines, id);

    public string Overlay(string id) => Path.Combine(Machine(id), OverlayName);

    /// <summary>The read-only disk with a machine's input files; there is none unless somebody made it.</summary>
    public string InputDisk(string id) => Path.Combine(Machine(id), InputName);

    /// <summary>The writable disk for a machine's output files, likewise.</summary>
    public string OutputDisk(string id) => Path.Combine(Machine(id), OutputName);

    public string Lock(string id) => Path.Combine(Machine(id), "lock");

    /// <summary>Whose process runs the machine, for whoever finds its folder without its row: a catalog can be lost.</summary>
    public string Process(string id) => Path.Combine(Machine(id), "process");

    /// <summary>What its process had used when it last took a checkpoint.</summary>
    public string CpuTime(string id) => Path.Combine(Machine(id), "cpu-time");

    /// <summary>The state of a machine at one of its checkpoints.</summary>
    public string Checkpoint(string id, string checkpoint) => Path.Combine(Machine(id), checkpoint + StateExtension);

    /// <summary>The disk at one of its checkpoints, while that is written to a file that travels; named so that it is swept with what is left of unfinished states.</summary>
    public string CheckpointDisk(string id, string checkpoint) => Checkpoint(id, checkpoint) + ".disk";

    /// <summary>The states that lie in a machine's folder, and what is left of unfinished ones: the checkpoint's id, and the file.</summary>
    public IEnumerable<(string Checkpoint, string Path)> Checkpoints(string id) =>
        Directory.EnumerateFiles(Machine(id), "*" + StateExtension + "*").Select(static path => (Path.GetFileName(path).Split('.')[0], path));

    public string Log(string id) => Path.Combine(Logs, id + ".jsonl");

    /// <summary>Notes whose process runs a machine.</summary>
    /// <exception cref="PlatformException">The disk is full.</exception>
    public void NoteProcess(string id, string process)
    {
        try
        {
            File.WriteAllText(Process(id), process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The process of machine {id} cannot be noted");
        }
    }

    /// <summary>Makes a machine's folder, with its lock and its overlay still empty.</summary>
    public void MakeMachine(string id, IPrivateFiles files)
    {
        files.MakeFolder(Machine(id), isPassage: true);
        files.MakeFile(Lock(id));
        files.MakeFile(Overlay(id));
    }

    /// <summary>
    /// Removes a machine's folder. It is renamed first: another process that looks for its lock meanwhile would make one anew in it. A name
    /// with a dot in front is what a crash left of that.
    /// </summary>
    public void RemoveMachine(string id)
    {
        var removed = Path.Combine(Machines, RemovedPrefix + id);
        try
        {
            Directory.Move(Machine(id), removed);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone, or renamed by an earlier try.
        }

        foreach (var name in (string[])[OverlayName, InputName, OutputName])
        {
            Empty(Path.Combine(removed, name));
        }

        Delete(removed);
    }

    /// <summary>Deletes what an interrupted removal has left.</summary>
    public void SweepRemoved()
    {
        foreach (var folder in Directory.EnumerateDirectories(Machines, RemovedPrefix + "*"))
        {
            Delete(folder);
        }
    }

    /// <summary>Makes the folders, whose names outlast a cut of the power, and proves that one can write there.</summary>
    /// <exception cref="PlatformException">One cannot.</exception>
    public void Prepare(IPrivateFiles files)
    {
        try
        {
            var above = MissingAbove(Root);
            foreach (var folder in (string[])[Root, Images, Layers, Templates, Machines])
            {
                files.MakeFolder(folder, isPassage: true);
            }

            files.MakeFolder(Logs, isPassage: false);
            files.MakeFile(Catalog);
            // At each opening: the one that made the folders may have been killed before.
            FlushAll(above, files);

            var probe = Path.Combine(Root, Path.GetRandomFileName());
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The store {Root} cannot be written");
        }
    }

    /// <summary>Deletes an unfinished file, whose failure before is the one to tell; nothing when it is gone. What cannot be deleted is swept, or goes with its machine.</summary>
    public static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As said above.
        }
    }

    private static void FlushAll(List<string> folders, IPrivateFiles files)
    {
        try
        {
            folders.ForEach(files.FlushFolder);
        }
        catch (IOException e) when (!DiskFull.Is(e))
        {
            // One above the store that may be written but not read, and so not opened: no reason not to use what was made in it.
        }
    }

    /// <summary>A folder, and those above it as far as one that is there: each has a name in the next.</summary>
    private static List<string> MissingAbove(string folder)
    {
        var found = new List<string> { folder };
        for (var next = folder; !Directory.Exists(next) && Path.GetDirectoryName(next) is { Length: > 0 } above; next = above)
        {
            found.Add(above);
        }

        return found;
    }

    /// <summary>Frees a file's space at once: the mounts of a namespace that the kernel is just taking down hold a deleted one for a moment more.</summary>
    private static void Empty(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none, or it may not be written: deleting it is what counts, and tells its own failure.
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process was quicker.
        }
    }
}
