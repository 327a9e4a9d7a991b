using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb msg-to-host and msg-to-guest; the talk spells them with underscores.</summary>
internal static class MessageCommands
{
    public static Command ToHost(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var after = Flags.Value<long>("--after", "N", "Only messages with a higher number.", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, "no whole number");
        var command = new Command("msg-to-host", "Show the program's messages, oldest first: number, key, value; with --json a message a line.") { machine, after };
        command.Aliases.Add("msg_to_host");
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            foreach (var message in await session.MessagesToHostAsync(run.Get(after) ?? 0, cancellationToken))
            {
                if (run.Screen.IsJson)
                {
                    run.Screen.Json(message, ConsoleJsonContext.Default.GuestMessage);
                }
                else
                {
                    run.Screen.Line(Printable.Line(string.Create(CultureInfo.InvariantCulture, $"{message.Number}\t{message.Key}\t{message.Value}")));
                }
            }
        });
        return command;
    }

    public static Command ToGuest(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var key = new Argument<string>("KEY") { Description = "The message's name: letters, digits, _ - ." };
        var value = new Argument<string>("VALUE") { Description = "Its content." };
        var command = new Command("msg-to-guest", "Put a message into the program's inbox.") { machine, key, value };
        command.Aliases.Add("msg_to_guest");
        runner.Handle(command, async (run, cancellationToken) =>
            await (await run.SessionAsync(run.Get(machine), cancellationToken)).MessageToGuestAsync(run.Get(key), run.Get(value), cancellationToken));
        return command;
    }
}
