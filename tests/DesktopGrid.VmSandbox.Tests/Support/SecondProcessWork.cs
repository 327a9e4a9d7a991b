using System.Globalization;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>What a second process does. It says a line when it has come to the point, and most wait for the end of their input.</summary>
internal static class SecondProcessWork
{
    /// <summary>Takes a machine's lock, says "held" or "busy", and holds it.</summary>
    public const string Lock = "lock";
    /// <summary>Adds so many machines to a catalog, saying "ready" before the first and waiting for one line of input.</summary>
    public const string Catalog = "catalog";
    /// <summary>Adds an image and makes overlays in a store until something fails, and says the error's code.</summary>
    public const string Fill = "fill";

    public static async Task<int> RunAsync(string[] words)
    {
        switch (words)
        {
            case [Lock, var path]:
                using (var held = MachineLock.TryTake(path))
                {
                    Console.WriteLine(held is null ? "busy" : "held");
                    await Console.In.ReadToEndAsync();
                }

                return 0;
            case [Catalog, var path, var prefix, var count]:
                AddMachines(path, prefix, int.Parse(count, CultureInfo.InvariantCulture));
                return 0;
            case [Fill, var store, var image]:
                Console.WriteLine(await FillAsync(store, image));
                return 0;
            default:
                Console.Error.WriteLine($"unknown work: {string.Join(' ', words)}");
                return 2;
        }
    }

    private static void AddMachines(string path, string prefix, int count)
    {
        using var database = CatalogDatabase.Open(path);
        var machines = new MachineTable(database);
        Console.WriteLine("ready");
        Console.In.ReadLine();
        for (var number = 0; number < count; number++)
        {
            machines.Add(Rows.Machine($"{prefix}{number}"));
            machines.Update(Rows.Machine($"{prefix}{number}") with { State = "Running", CpuTime = TimeSpan.FromMilliseconds(number) });
        }
    }

    private static async Task<string> FillAsync(string store, string image)
    {
        var layout = new StoreLayout(store);
        try
        {
            layout.Prepare(TemporaryFolder.PrivateFiles);
            await new BaseImageStore(layout, TemporaryFolder.PrivateFiles).AddAsync(image, CancellationToken.None);
            for (var number = 0; ; number++)
            {
                OverlayWriter.Write(Path.Combine(store, $"{number}.qcow2"), "base.qcow2", "qcow2", 1 << 30);
            }
        }
        catch (SandboxException e)
        {
            return $"{e.Code}: {e.Message} [{Directory.EnumerateFileSystemEntries(layout.Images).Count()} left]";
        }
    }
}
