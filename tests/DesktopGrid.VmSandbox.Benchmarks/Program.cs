using DesktopGrid.VmSandbox.Benchmarks;
using DesktopGrid.VmSandbox.Benchmarks.Cases;
using DesktopGrid.VmSandbox.Benchmarks.Intrusion;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Output;

if (args is [ForegroundWork.Word, ..])
{
    return ForegroundWork.Run(args);
}

// Every family once; a later one joins by its line here.
Func<BenchRun, IBenchmark>[] families =
[
    run => new ColdStart(run),
    run => new WarmStart(run),
    run => new Checkpoints(run),
    run => new RunStates(run),
    run => new Pings(run),
    run => new Transfers(run),
    run => new BulkDisks(run),
    run => new HostCpu(run),
    run => new Compute(run),
    run => new Intrusions(run),
    run => new BoincOverhead(run),
    run => new BoincWords(run),
    run => new Sizes(run),
];

if (BenchOptions.Parse(args, Console.Error) is not { } options)
{
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
return await BenchProgram.RunAsync(options, families, new ConsoleReport(Console.Out, Console.Error), stop.Token);
