using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>The store's templates: finds the one that fits, has it made where there is none, and removes what is of no use.</summary>
/// <param name="services">What the verbs work with.</param>
/// <param name="demandRoom">Makes room on the disk for so many bytes, or refuses; it may not wait for a machine, one of which is just being started. Null: there is room.</param>
internal sealed class TemplateStore(VmServices services, Func<long, CancellationToken, Task>? demandRoom = null) : IDisposable
{
    // What a template is expected to take: what a small guest's kernel and daemon use, whatever its memory is; and what the kernel keeps to
    // account for the memory, a sixty-fourth of it, twice. Measured: 70 MB for 256 MiB.
    private const long LeastBytes = 80L * 1024 * 1024;
    private const int ShareOfMemory = 32;

    // One that could not be made is not tried again for each job; what kept it may have gone by then.
    private static readonly TimeSpan FailureLasts = TimeSpan.FromMinutes(10);

    // A QEMU that was upgraded, or an image that was replaced, leaves templates that fit nothing any more.
    private static readonly TimeSpan KeptUnused = TimeSpan.FromDays(30);

    // What could not be made, when that was, why, and how long its guest was waited for.
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, SandboxException Why, TimeSpan Limit)> _failures = new();
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly TemplateMaker _maker = new(services);

    /// <summary>What of them this process has in memory for machines that share it.</summary>
    public SharedTemplates Shared { get; } = new(services);

    /// <summary>The template of a machine; null where there is none and none can be made now.</summary>
    /// <exception cref="VmException">Its guest did not become ready in time (<c>MachineBootTimeout</c>): the machine's own would not either.</exception>
    public async Task<Template?> FindOrMakeAsync(string key, QemuInstallation installation, MachineSpec spec, BaseImage image, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        var folder = services.Layout.Template(key);
        if (Find(folder) is { } found)
        {
            return found;
        }

        var asked = services.Time.GetUtcNow();
        // One after the other: two that boot side by side would be there later than one after the other, and mostly it is the same one.
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Who waited for another's boot, for no shorter time than its own may take, has waited for its own.
            return _failures.TryGetValue(key, out var failed) && failed.At >= asked && failed.Limit >= bootTimeout && failed.Why is VmException { Code: SandboxErrorCode.MachineBootTimeout } why
                ? throw why
                : Find(folder) ?? await MakeAsync(key, folder, installation, spec, image, bootTimeout, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>What a template of a machine with that much memory is expected to take on the disk.</summary>
    public static long ExpectedBytes(int memoryMiB) => LeastBytes + (memoryMiB * 1024L * 1024 / ShareOfMemory);

    /// <summary>The keys of those that a store has.</summary>
    public static IEnumerable<string> KeysIn(StoreLayout layout) =>
        Directory.EnumerateDirectories(layout.Templates).Select(static folder => Path.GetFileName(folder)).Where(static name => !name.EndsWith(TemplateMaker.PartExtension, StringComparison.Ordinal));

    /// <summary>Whether one is just being made, or removed.</summary>
    public static bool IsHeld(VmServices services, string key)
    {
        var path = services.Layout.TemplateLock(key);
        if (!File.Exists(path))
        {
            return false;
        }

        using var held = MachineLock.TryTake(path);
        return held is null;
    }

    /// <summary>Removes one, unless somebody is just making it.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool TryRemove(VmServices services, string key)
    {
        var folder = services.Layout.Template(key);
        using (var held = MachineLock.TryTake(services.Layout.TemplateLock(key)))
        {
            if (held is null)
            {
                return false;
            }

            Delete(folder);
        }

        return !Directory.Exists(folder);
    }

    /// <summary>Removes one that is of no use. Who reads it at this moment reads on, or goes another way.</summary>
    public void Remove(string key)
    {
        Shared.Forget(key);
        Delete(services.Layout.Template(key));
    }

    /// <summary>Removes what processes left that were killed while they made one, and what nobody has used for long.</summary>
    public void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(services.Layout.Templates))
        {
            // What is being made, or was, bears the same name with an ending.
            var key = Path.GetFileNameWithoutExtension(folder);
            // One that was finished and not moved to its name is nobody's, although it has a manifest.
            if (!folder.EndsWith(TemplateMaker.PartExtension, StringComparison.Ordinal) && Template.LastUse(folder) is { } used && services.Time.GetUtcNow() - used < KeptUnused)
            {
                continue;
            }

            using (var held = MachineLock.TryTake(services.Layout.TemplateLock(key)))
            {
                if (held is null)
                {
                    continue;
                }

                VmLog.Swept(services.Logger, "template that nobody uses", key);
                services.Platform.RuntimeDirectories.Remove(TemplateMaker.RuntimeName(folder));
                Delete(folder);
            }
        }
    }

    /// <summary>Deletes a folder of a template, the manifest first; what cannot be deleted now is the next sweep's.</summary>
    public static void Delete(string folder)
    {
        try
        {
            File.Delete(Path.Combine(folder, Template.ManifestName));
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On some systems what is read cannot be deleted.
        }
    }

    public void Dispose()
    {
        Shared.Dispose();
        _making.Dispose();
    }

    private Template? Find(string folder)
    {
        var found = Template.Open(folder);
        found?.Touch(services.Time.GetUtcNow());
        return found;
    }

    private async Task<Template?> MakeAsync(string key, string folder, QemuInstallation installation, MachineSpec spec, BaseImage image, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        if (_failures.TryGetValue(key, out var failed) && services.Time.GetUtcNow() - failed.At < FailureLasts)
        {
            return null;
        }

        // Another process that makes it is not waited for: to boot takes as long.
        using var held = MachineLock.TryTake(services.Layout.TemplateLock(key));
        if (held is null)
        {
            return null;
        }

        try
        {
            Delete(folder);
            if (demandRoom is not null)
            {
                await demandRoom(ExpectedBytes(spec.MemoryMiB), cancellationToken).ConfigureAwait(false);
            }

            var begin = services.Time.GetTimestamp();
            await _maker.MakeAsync(installation, spec, image, folder, bootTimeout, cancellationToken).ConfigureAwait(false);
            _failures.TryRemove(key, out _);
            VmLog.TemplateMade(services.Logger, key, spec.MemoryMiB, services.Time.GetElapsedTime(begin).TotalSeconds);
            return Find(folder);
        }
        catch (SandboxException e)
        {
            _failures[key] = (services.Time.GetUtcNow(), e, bootTimeout);
            if (e.Code == SandboxErrorCode.MachineBootTimeout)
            {
                throw;
            }

            VmLog.TemplateNotMade(services.Logger, key, e);
            return null;
        }
    }
}
