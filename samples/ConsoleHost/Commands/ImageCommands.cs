using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>image: the base images and layers that machines are made of.</summary>
internal static class ImageCommands
{
    private static readonly string[] _endings = [".tar", ".tgz", ".gz", ".br", ".oci", ".vdi", ".vmdk", ".vhdx", ".qcow2", ".img", ".raw"];

    public static Command Create(CommandRunner runner) => new("image", "The base images and layers that machines are made of.")
    {
        Add(runner),
        Import(runner),
        List(runner),
        Remove(runner),
    };

    private static Command Add(CommandRunner runner)
    {
        var folder = new Argument<string>("FOLDER") { Description = "What build/guest.sh has made." };
        var command = new Command("add", "Add a base image to the store, and print its hash.") { folder };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var from = run.Get(folder);
            var host = await run.HostAsync(cancellationToken);
            StoreView.Write(await run.Screen.Progress.WatchAsync(new WorkState("adding the image"), () => host.Images.AddAsync(from, cancellationToken)), run.Screen);
        });
        return command;
    }

    private static Command Import(CommandRunner runner)
    {
        var source = new Argument<string>("SOURCE") { Description = "An archive (tar, .tar.gz, .tar.br), an OCI image (docker save, or an OCI layout), or a disk (VDI, VMDK, VHDX, qcow2, raw)." };
        var name = Flags.Text("--name", "NAME", "The layer's name. Default: the source's, without its endings.");
        var kind = Flags.Choice<LayerKind>("--kind", "What tasks see of it. Default: an image, a disk and an archive with a shell are a root, others an addition.");
        var reference = Flags.Text("--reference", "NAME", "Which image, where the source holds several.");
        var partition = Flags.Whole("--partition", "Which partition of a disk holds the root file system. Default: the only one that can.");
        var most = Flags.Size("--max-size", "The most that its files may have together. Default: 16G.");
        var timeout = Flags.Duration("--timeout", "The most time that it may take. Default: 1h.");
        var command = new Command("import", "Make a layer of an archive, an OCI image or a disk, and print its hash.") { source, name, kind, reference, partition, most, timeout };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var from = run.Get(source);
            var import = new LayerImport { Path = from, Name = run.Get(name) ?? NameOf(from), Kind = run.Get(kind), Reference = run.Get(reference), Partition = run.Get(partition) };
            import = import with { MaxBytes = run.Get(most) ?? import.MaxBytes, Timeout = run.Get(timeout) ?? import.Timeout };
            var host = await run.HostAsync(cancellationToken);
            var state = new WorkState("reading");
            StoreView.Write(await run.Screen.Progress.WatchAsync(state, () => host.Images.ImportAsync(import, state, cancellationToken)), run.Screen);
        });
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "List the base images and layers.");
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            StoreView.Write(await host.Images.ListAsync(cancellationToken), run.Screen);
        });
        return command;
    }

    private static Command Remove(CommandRunner runner)
    {
        var image = new Argument<string>("IMAGE") { Description = "Its name, its hash, or the beginning of that." };
        var command = new Command("remove", "Remove a base image or a layer that no machine is made of.") { image };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            await host.Images.RemoveAsync(run.Get(image), cancellationToken);
        });
        return command;
    }

    /// <summary>Without the endings that archives and disks have: <c>numpy-2.1.0.tar.gz</c> is numpy-2.1.0.</summary>
    private static string NameOf(string source)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        while (Array.Find(_endings, ending => name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } ending)
        {
            name = name[..^ending.Length];
        }

        return name;
    }
}
