using System.CommandLine;
using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>boinc page: the same as a page in the browser of this computer, until Ctrl-C.</summary>
internal static class PageCommand
{
    public static Command Create(CommandRunner runner, BoincOptions options)
    {
        var port = Flags.Value<int>("--port", "N", "The port of this computer's own address. Default: one that is free.", static text => ushort.TryParse(text, out var number) ? number : null, "no port");
        var command = new Command("page", "Serve a page with a checkbox for each project, for a browser of this computer, until Ctrl-C. Prints its address, which holds a secret.") { port };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            await using var page = await BoincPage.StartAsync(options.Open(run), run.Get(port) ?? 0, TimeProvider.System, cancellationToken);
            if (!page.IsPosted)
            {
                run.Screen.Note("The client's data folder cannot be written, so that the BOINC Manager will not offer the page.");
            }

            BoincView.Write(page.OwnerUrl, page.ViewUrl, run.Screen);
            await page.RunAsync(cancellationToken);
        });
        return command;
    }
}
