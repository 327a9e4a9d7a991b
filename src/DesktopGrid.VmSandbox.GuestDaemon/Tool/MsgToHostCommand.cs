namespace DesktopGrid.VmSandbox.GuestDaemon.Tool;

/// <summary>The command that a program in the guest calls to report: <c>msg_to_host fraction_done 0.4</c>.</summary>
internal static class MsgToHostCommand
{
    public const string Name = "msg_to_host";

    private const string Usage = """
        usage: msg_to_host KEY VALUE...     send a message to the host
               msg_to_host KEY -            read its content from standard input
        for example: msg_to_host fraction_done 0.4
        """;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var key, _, ..])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string? fault;
        try
        {
            fault = DaemonLine.Send(key, arguments is [_, "-"] ? Console.In.ReadToEnd() : string.Join(' ', arguments[1..]));
        }
        catch (IOException e)
        {
            fault = $"standard input cannot be read: {e.Message}";
        }

        if (fault is null)
        {
            return 0;
        }

        Console.Error.WriteLine($"{Name}: {fault}");
        return 1;
    }
}
