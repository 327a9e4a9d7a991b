using System.Formats.Tar;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.IntegrationTests.Layers;

/// <summary>Puts layers into a test's store: archives that are imported, and disks of ext4, made by the tool that makes the guest image.</summary>
internal static class TestLayers
{
    private const string Size = "24M";

    /// <summary>Imports one of an archive that has these files.</summary>
    public static async Task ImportTreeAsync(this TempStore store, string name, Action<LayerTree> fill)
    {
        using var tree = new LayerTree();
        fill(tree);
        var archive = store.Path_($"{name}.tar");
        await TarFile.CreateFromDirectoryAsync(tree.Folder, archive, includeBaseDirectory: false);
        await store.Host.Images.ImportAsync(new LayerImport { Path = archive, Name = name });
        File.Delete(archive);
    }

    /// <summary>Adds one whose disk of ext4 has these files.</summary>
    public static async Task<Layer> AddLayerAsync(this TempStore store, string name, LayerKind kind, Action<LayerTree> fill)
    {
        using var tree = new LayerTree();
        fill(tree);
        var disk = store.Path_($"{name}.disk");
        try
        {
            await GuestProgram.RunOnHostAsync(RequireTool(), "-q", "-t", "ext4", "-d", tree.Folder, "-E", "root_owner=0:0", disk, Size);
            return store.AddDisk(name, kind, disk);
        }
        finally
        {
            File.Delete(disk);
        }
    }

    /// <summary>Adds one whose disk has these bytes, which need be no file system.</summary>
    public static Layer AddDisk(this TempStore store, string name, LayerKind kind, string disk)
    {
        using var platform = HostPlatform.Create(TimeProvider.System);
        var layout = new StoreLayout(store.StorePath);
        using var database = CatalogDatabase.Open(layout.Catalog);
        var library = new LayerLibrary(new LayerStore(layout, platform.Files, TimeProvider.System), new LayerTable(database), TimeProvider.System);
        using var draft = library.Begin();
        File.Copy(disk, draft.DiskPath);
        var length = new FileInfo(disk).Length;
        using var content = File.OpenRead(disk);
        return library.Add(draft, new LayerManifest
        {
            Format = LayerManifest.CurrentFormat,
            Name = name,
            Kind = kind,
            Architecture = "x86_64",
            Disk = new LayerVolume("raw", "ext4", 0, length, length, Convert.ToHexStringLower(SHA256.HashData(content))),
        });
    }

    /// <summary>A root that has nothing but a shell and its tools: the ones of the guest image itself.</summary>
    public static async Task<Layer> AddRootAsync(this TempStore store, string name, CancellationToken cancellationToken)
    {
        var busybox = store.Path_("busybox");
        var fetched = await store.Host.RunAsync(TestJobs.Shell("cp /bin/busybox busybox") with { Outputs = [new JobOutput("busybox", busybox)] }, cancellationToken: cancellationToken);
        fetched.ExitCode.Should().Be(0);
        return await store.AddLayerAsync(name, LayerKind.Root, tree =>
        {
            tree.Copy("usr/bin/busybox", busybox).Link("bin", "usr/bin").Text("etc/issue", $"the root {name}\n").Empty("tmp");
            foreach (var tool in (string[])["sh", "cat", "ls", "echo", "find", "sort", "id", "mkdir", "head", "grep", "chroot", "mount", "mknod", "readlink", "test"])
            {
                tree.Link($"usr/bin/{tool}", "busybox");
            }
        });
    }

    private static string RequireTool()
    {
        var found = Array.Find(["/usr/sbin/mke2fs", "/sbin/mke2fs"], File.Exists);
        if (found is null)
        {
            Assert.Ignore("There is no mke2fs with which to make a layer's disk.");
        }

        return found;
    }
}
