using System.Diagnostics;
using Microsoft.ML;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Saving;

/// <summary>What is saved on a disk that is too small.</summary>
public enum SavedModel
{
    /// <summary>A network: its graph, 17 MB, is written to a temporary file first.</summary>
    Network,

    /// <summary>A dictionary, 6 MB of which ML.NET writes into the zip.</summary>
    Dictionary,
}

/// <summary>Savings in a process that can be killed, or has less room than it needs.</summary>
static class SavingProcess
{
    public const string Verb = "save-for-a-test", OnceVerb = "save-once-for-a-test", Ready = "ready";

    /// <summary>The process's own part: saves two networks in turn, in every form at once, until it is ended; says when each file is there.</summary>
    public static int SaveForEver(string folder)
    {
        OneThread.Use(null!);
        var networks = new[] { SavedForm.Classifier(0), SavedForm.Classifier(1) };
        using var saved = new CountdownEvent(SavedForm.All.Count);
        foreach (var form in SavedForm.All)
            new Thread(() => Save(form)) { IsBackground = true }.Start();
        saved.Wait();
        Console.WriteLine(Ready);
        Console.In.ReadToEnd(); // a test program that is gone closes it
        return 0;

        void Save(SavedForm form)
        {
            for (var i = 0; ; i++)
            {
                form.Save(networks[i % 2], Path.Combine(folder, form.File));
                if (i == 0)
                    saved.Signal();
            }
        }
    }

    /// <summary>Starts that; the caller ends it.</summary>
    public static Process Start(string folder, string temporaryFolder) => TestProcess.StartWithTemporaryFolder(temporaryFolder, Verb, folder);

    /// <summary>The process's own part: saves once, and prints the error.</summary>
    public static int SaveOnce(SavedModel model, string path)
    {
        OneThread.Use(null!);
        try
        {
            if (model == SavedModel.Network)
                SavedForm.All[0].Save(SavedForm.Classifier(0, ResNetVariant.ResNet20 with { Width = 64 }), path);
            else
                SaveDictionary(path);
        }
        catch (Exception e)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message}");
        }
        return 0;
    }

    static void SaveDictionary(string path)
    {
        var mlContext = new MLContext();
        var random = new Random(1);
        var letters = new byte[48];
        var words = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 120_000).Select(_ =>
        {
            random.NextBytes(letters);
            return new { Word = Convert.ToBase64String(letters) };
        }));
        mlContext.Model.SaveAtomically(mlContext.Transforms.Conversion.MapValueToKey("Word").Fit(words), words.Schema, path);
    }

    /// <summary>Saves once where no file may be larger than some kilobytes.</summary>
    /// <returns>The error, its type first; nothing when there was none.</returns>
    public static string ErrorWithFilesOfAtMost(int kilobytes, SavedModel model, string path)
    {
        using var process = TestProcess.StartWithFilesOfAtMost(kilobytes, OnceVerb, $"{model}", path);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, error.Result);
        return output.Trim();
    }
}
