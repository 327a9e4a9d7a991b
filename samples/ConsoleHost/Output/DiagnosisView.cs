using DesktopGrid.VmSandbox.Diagnosis;
using DesktopGrid.VmSandbox.Qemu;
using Spectre.Console;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>A diagnosis for people: what was found, what was proven, what is on, and what is to be done.</summary>
internal static class DiagnosisView
{
    public static void Write(HostDiagnosis diagnosis, string store, Screen screen)
    {
        var facts = Columns();
        Fact("store", store);
        Fact("QEMU", diagnosis.QemuPath is null ? "not found" : $"{diagnosis.QemuVersion} at {diagnosis.QemuPath} (found by {diagnosis.QemuFoundBy})");
        Fact("guest image", diagnosis.Image ?? "not found");
        foreach (var verdict in diagnosis.Accelerators)
        {
            Fact($"accelerator {verdict.Accelerator}", $"{(verdict.IsProven ? "works" : "does not work")}: {verdict.Reason}");
        }

        if (diagnosis.Accelerator is { } accelerator)
        {
            Fact("a guest booted under", $"{accelerator}; {(diagnosis.Assurance is AssuranceLevel.Hardware ? "hardware virtualization" : "emulation, no security boundary by itself")}");
            Fact("start", $"{diagnosis.StartTime?.TotalSeconds:0.00} s until the guest answered");
            Fact("ping", $"{diagnosis.PingTime?.TotalMilliseconds:0.0} ms");
        }

        screen.Out.Write(facts);
        if (diagnosis.Confinement.Count > 0)
        {
            screen.Line("confinement of the QEMU process:");
            var layers = Columns();
            foreach (var layer in diagnosis.Confinement)
            {
                layers.AddRow(new Text($"  {(layer.IsOn ? "on" : "off")}"), new Text(layer.Layer.ToString()), new Text(Printable.Line(layer.Reason)));
            }

            screen.Out.Write(layers);
        }

        foreach (var finding in diagnosis.Findings)
        {
            screen.Line($"{(finding.IsFatal ? "MISSING" : "note")} ({finding.Step}): {finding.Message}");
        }

        screen.Line(diagnosis.IsReady ? "Ready: a guest booted and answered." : "Not ready: no job can run here until what is missing is there.");

        void Fact(string name, string value) => facts.AddRow(new Text(name), new Text(Printable.Line(value)));
    }

    private static Grid Columns() => new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) })
        .AddColumn(new GridColumn { Padding = new Padding(0, 0, 2, 0) })
        .AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
}
