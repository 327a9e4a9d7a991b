using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>A finished task as the client reported it; the state is one of BOINC's RESULT_*.</summary>
internal sealed record ReportedResult(string Name, int State, int ExitStatus, double CpuTime, double ElapsedTime, string StandardError, string Platform, int VersionNumber)
{
    public const int ComputeError = 3, Success = 5, Aborted = 6;

    public static ReportedResult Parse(string text) => new(
        Markup.Find(text, "name") ?? "",
        (int)Markup.Number(text, "state"),
        (int)Markup.Number(text, "exit_status"),
        Markup.Number(text, "final_cpu_time"),
        Markup.Number(text, "final_elapsed_time"),
        Markup.Find(text, "stderr_out") ?? "",
        Markup.Find(text, "platform") ?? "",
        (int)Markup.Number(text, "app_version_num"));

    /// <summary>In short, for messages: its program's words at the end.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} state {State} exit {ExitStatus} cpu {CpuTime:0.0} s elapsed {ElapsedTime:0.0} s: {StandardError}");
}

/// <summary>A trickle that a task sent while it ran.</summary>
internal sealed record TrickleUp(string ResultName, string Variety, string Text)
{
    public static TrickleUp Parse(string text) => new(Markup.Find(text, "result_name") ?? "", Markup.Find(text, "variety") ?? "", text);
}

/// <summary>A file that the client uploaded, whole and with the announced MD5.</summary>
internal sealed record UploadedFile(string Name, byte[] Content, int Requests)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Content.Length} bytes in {Requests} requests)");
}

/// <summary>A talk of the client with the scheduler.</summary>
internal sealed record SchedulerTalk(string Request, string Reply)
{
    public double WorkSeconds => Markup.Number(Request, "work_req_seconds");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"talk asking for {WorkSeconds} s of work");
}
