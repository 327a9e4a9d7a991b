using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>A whole job on the command line, or by --job in a file.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _job = Flags.Text("--job", "FILE", "A job file (JSON) in place of a program and its options.");
    private readonly ProgramOptions _program = new(new JobLimits().StandardOutputBytes);
    private readonly Option<string[]> _inputs = Flags.Many("--input", "HOST[:GUEST]", "A file to put into the work directory.");
    private readonly Option<string[]> _outputs = Flags.Many("--output", "GUEST[:HOST]", "A file to take out when the program has ended.");
    private readonly Option<TimeSpan?> _wallTime = Flags.Duration("--wall-time", "How long the program may run.");
    private readonly Option<TimeSpan?> _cpuTime = Flags.Duration("--cpu-time", "How much CPU time it may use.");
    private readonly Option<int?> _cpuShare = Flags.Whole("--cpu-share", "The per cent of its virtual CPUs that its machine is kept to, 5 to 100.");
    private readonly Option<int?> _processes = Flags.Whole("--processes", "How many processes and threads it may have at once.");
    private readonly Option<long?> _diskBytes = Flags.Size("--disk-bytes", "How much its machine may write to its disk.");
    private readonly Option<long?> _outputBytes = Flags.Size("--output-bytes", "How much all outputs may hold together. Default: 16G.");
    private readonly Option<string?> _fractionFile = Flags.Text("--fraction-file", "GUEST", "A file to which the program writes how far it is, as a number from 0 to 1.");
    private readonly Option<string?> _fractionPattern = Flags.Text("--fraction-pattern", "REGEX", "What its output says of it: a fraction or percentage in the only group, or so many of how many in two.");
    private readonly MachineOptions _machine = new();

    public void AddTo(Command command)
    {
        command.Options.Add(_job);
        command.Options.Add(_inputs);
        command.Options.Add(_outputs);
        _program.AddTo(command);
        command.Options.Add(_wallTime);
        command.Options.Add(_cpuTime);
        command.Options.Add(_cpuShare);
        command.Options.Add(_processes);
        command.Options.Add(_diskBytes);
        command.Options.Add(_outputBytes);
        command.Options.Add(_fractionFile);
        command.Options.Add(_fractionPattern);
        _machine.AddTo(command);
    }

    /// <summary>The job; its standard input may be <see cref="StandardInputSpool.OwnName"/>.</summary>
    public SandboxJob Read(ParseResult parsed)
    {
        if (parsed.GetValue(_job) is not { } file)
        {
            return FromWords(parsed);
        }

        if (_program.Program(parsed) is not null || parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>().FirstOrDefault(option => !option.Implicit && option.Option != _job && !option.Option.Recursive) is not null)
        {
            throw new UsageException("--job stands for the whole job; the program and its options belong into the file.");
        }

        return JobFileReader.Read(file);
    }

    private SandboxJob FromWords(ParseResult parsed)
    {
        var (program, arguments) = _program.Demand(parsed);
        var inputs = (parsed.GetValue(_inputs) ?? []).Select(FilePairs.Input).ToList();
        OwnProgram.Demand(program, inputs);
        var limits = new JobLimits();
        return new SandboxJob
        {
            Program = program,
            Arguments = arguments,
            Environment = _program.Environment(parsed),
            Directory = _program.Directory(parsed),
            StandardInput = _program.StandardInput(parsed),
            Inputs = inputs,
            Outputs = [.. (parsed.GetValue(_outputs) ?? []).Select(FilePairs.Output)],
            Limits = limits with
            {
                WallTime = parsed.GetValue(_wallTime),
                CpuTime = parsed.GetValue(_cpuTime),
                CpuSharePercent = parsed.GetValue(_cpuShare),
                Processes = parsed.GetValue(_processes),
                DiskBytes = parsed.GetValue(_diskBytes),
                StandardOutputBytes = _program.OutputBytes(parsed),
                OutputFileBytes = parsed.GetValue(_outputBytes) ?? limits.OutputFileBytes,
            },
            FractionDone = new FractionDoneSource { File = parsed.GetValue(_fractionFile), OutputPattern = parsed.GetValue(_fractionPattern) },
            Machine = _machine.Read(parsed),
        };
    }
}
