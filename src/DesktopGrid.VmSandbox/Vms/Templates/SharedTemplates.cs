using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// The templates that this process has in memory for machines that share it: made when one is first wanted, given up when nobody has wanted it for
/// a while, when there are too many, or when the template is another one. Machines that run on one keep it as long as they need it.
/// </summary>
internal sealed class SharedTemplates(VmServices services) : IDisposable
{
    private static readonly TimeSpan FailureLasts = TimeSpan.FromMinutes(10);

    private readonly SharedTemplateMaker _maker = new(services);
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _failures = new();
    private readonly SharedTemplateShelf _shelf = new(services.Time);

    /// <summary>The memory of a template; null where there is none and none can be made now, which is told.</summary>
    /// <exception cref="TemplateDamagedException">The template is not what was kept.</exception>
    public async Task<SharedTemplate?> FindOrMakeAsync(string key, Template template, QemuInstallation installation, MachineSpec spec, BaseImage image, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        if (_shelf.Find(key, template.Version) is { } found)
        {
            return found;
        }

        // One after the other: mostly it is the same one.
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _shelf.Find(key, template.Version) ?? await MakeAsync(key, template, installation, spec, image, bootTimeout, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Gives up one of which the template is no more.</summary>
    public void Forget(string key) => _shelf.Forget(kept => kept == key);

    /// <summary>Gives up those of which the templates were removed.</summary>
    public void ForgetRemoved() => _shelf.Forget(key => Template.LastUse(services.Layout.Template(key)) is null);

    /// <summary>
    /// Gives up one that no machine can be started with, and does not try again for a while; but not for one that was given up just before the
    /// machine had it, which says nothing of the next.
    /// </summary>
    public void Fail(string key, SharedTemplate shared, SandboxException cause)
    {
        if (!_shelf.Has(shared))
        {
            VmLog.MemoryNotShared(services.Logger, key, "it was given up meanwhile", cause);
            return;
        }

        Fail(key, cause);
    }

    public void Dispose()
    {
        _shelf.Dispose();
        _making.Dispose();
    }

    private async Task<SharedTemplate?> MakeAsync(string key, Template template, QemuInstallation installation, MachineSpec spec, BaseImage image, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        if (services.Platform.RamImages is not { } images)
        {
            VmLog.MemoryNotShared(services.Logger, key, "this operating system has no memory that nobody can alter");
            return null;
        }

        if (_failures.TryGetValue(key, out var failed) && services.Time.GetUtcNow() - failed < FailureLasts)
        {
            VmLog.MemoryNotShared(services.Logger, key, "it failed a while ago");
            return null;
        }

        try
        {
            // What it is made in has one place for all processes.
            using var held = await MachineLock.TakeAsync(services.Layout.TemplateLock(key), services.Time, cancellationToken).ConfigureAwait(false);
            if (held is null)
            {
                VmLog.MemoryNotShared(services.Logger, key, "another process is just making it");
                return null;
            }

            var begin = services.Time.GetTimestamp();
            var made = await _maker.MakeAsync(images, template, services.Layout.Template(key), installation, spec, image, bootTimeout, cancellationToken).ConfigureAwait(false);
            _shelf.Keep(key, made);
            VmLog.MemoryShared(services.Logger, key, spec.MemoryMiB, services.Time.GetElapsedTime(begin).TotalSeconds);
            return made;
        }
        catch (SandboxException e)
        {
            Fail(key, e);
            return null;
        }
    }

    private void Fail(string key, SandboxException cause)
    {
        _failures[key] = services.Time.GetUtcNow();
        VmLog.MemoryNotShared(services.Logger, key, cause.Code.ToString(), cause);
        Forget(key);
    }
}
