using DesktopGrid.VmSandbox.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddVmSandbox(static (services, options) =>
{
    // From appsettings.json, the environment (Sandbox__Store) or the command line (--Sandbox:Store=…), as every setting of this application.
    var settings = services.GetRequiredService<IConfiguration>().GetSection("Sandbox");
    options.StorePath = settings["Store"] ?? options.StorePath;
    options.GuestImage = settings["GuestImage"];
});
builder.Services.AddHostedService<JobWorker>();

using var application = builder.Build();
await application.RunAsync();
return Environment.ExitCode;
