using System.Globalization;
using DesktopGrid.VmSandbox.Vms;
using Spectre.Console;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>A machine's status for people, or as the record that it is for scripts.</summary>
internal static class StatusView
{
    /// <summary>One line: what a verb has led to.</summary>
    public static void WriteState(VmStatus status, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(status, ConsoleJsonContext.Default.VmStatus);
        }
        else
        {
            screen.Line($"{status.Id} {status.State}");
        }
    }

    /// <summary>Everything about one machine.</summary>
    public static void Write(VmStatus status, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(status, ConsoleJsonContext.Default.VmStatus);
            return;
        }

        var facts = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        Fact("machine", status.Id.ToString());
        Fact("state", status.State.ToString());
        Fact("last error", status.LastError);
        Fact("image", status.Image);
        Fact("layers", status.Layers.Count > 0 ? string.Join(", ", status.Layers) : null);
        Fact("memory", $"{status.MemoryMiB} MiB");
        Fact("virtual CPUs", status.VirtualCpus.ToString(CultureInfo.InvariantCulture));
        Fact("created", status.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
        foreach (var (name, value) in status.Labels)
        {
            Fact($"label {Printable.Line(name)}", value);
        }

        Fact("accelerator", status.Accelerator is null ? null : $"{status.Accelerator} ({status.Assurance})");
        Fact("QEMU", status.QemuVersion);
        Fact("machine type", status.MachineType);
        Fact("CPU model", status.CpuModel);
        Fact("start path", status.StartPath?.ToString());
        Fact("last checkpoint", status.LastCheckpoint is { } kept ? $"{kept.Name}, {kept.TakenAt.ToString("u", CultureInfo.InvariantCulture)}" : null);
        Fact("process", status.ProcessId?.ToString(CultureInfo.InvariantCulture));
        Fact("CPU time", string.Create(CultureInfo.InvariantCulture, $"{status.CpuTime.TotalSeconds:0.00} s"));
        Fact("resident", $"{status.MemoryBytes / 1024 / 1024} MiB");
        Fact("disk", $"{status.DiskBytes / 1024} KiB");
        foreach (var layer in status.Confinement)
        {
            Fact($"confinement {layer.Layer}", $"{(layer.IsOn ? "on" : "off")}: {layer.Reason}");
        }

        screen.Out.Write(facts);

        void Fact(string name, string? value)
        {
            if (value is not null)
            {
                facts.AddRow(new Text(name), new Text(Printable.Line(value)));
            }
        }
    }

    /// <summary>All machines, a line each.</summary>
    public static void Write(IReadOnlyList<VmStatus> machines, Screen screen)
    {
        if (screen.IsJson)
        {
            foreach (var machine in machines)
            {
                screen.Json(machine, ConsoleJsonContext.Default.VmStatus);
            }

            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("MACHINE", "STATE", "IMAGE", "MEMORY", "CPU TIME", "CREATED", "LAST ERROR");
        foreach (var machine in machines)
        {
            table.AddRow(
                new Text(machine.Id.ToString()),
                new Text(machine.State.ToString()),
                new Text(Printable.Line(machine.Image)),
                new Text($"{machine.MemoryMiB} MiB"),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{machine.CpuTime.TotalSeconds:0.0} s")),
                new Text(machine.CreatedAt.ToString("u", CultureInfo.InvariantCulture)),
                new Text(Printable.Line(machine.LastError ?? "")));
        }

        screen.Out.Write(table);
    }
}
