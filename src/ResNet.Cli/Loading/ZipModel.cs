using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Cli.Training;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A model file of ML.NET's that reads the column ImagePath and gives Score: one that the tool wrote, or any other.</summary>
sealed class ZipModel : LoadedModel
{
    const string Score_ = "Score", PredictedLabel = "PredictedLabel";

    readonly MLContext mlContext;
    readonly ITransformer model;
    readonly string temporary;

    ZipModel(MLContext mlContext, ITransformer model, string temporary) => (this.mlContext, this.model, this.temporary) = (mlContext, model, temporary);

    public static ZipModel Load(string path, ModelSettings options)
    {
        options.RequireNone(path, "a model of ML.NET's brings its own preparation of images");
        var temporary = Directory.CreateTempSubdirectory("resnet-model-").FullName; // ML.NET keeps the network in a file
        ITransformer? model = null;
        try
        {
            var mlContext = new MLContext { TempFilePath = temporary };
            model = mlContext.Model.Load(path, out _);
            var schema = model.GetOutputSchema(mlContext.Data.LoadFromEnumerable<ImageRows.OfFile>([]).Schema);
            if (schema.GetColumnOrNull(Score_) is not { Type: VectorDataViewType { ItemType: NumberDataViewType, Size: > 0 } scores } score)
                throw new CommandException($"{path} gives no column '{Score_}' with a number for each class, so it is no classifier that can be scored with.");
            var names = options.ClassNames ?? Names(score, AnnotationsOf.SlotNames, scores.Size) ?? (schema.GetColumnOrNull(PredictedLabel) is { } label ? Names(label, AnnotationsOf.KeyValues, scores.Size) : null);
            return new(mlContext, model, temporary) { Title = $"ML.NET model ({path})", ClassNames = names ?? ModelSource.Numbers(scores.Size), HasClassNames = names is not null };
        }
        catch (Exception e)
        {
            (model as IDisposable)?.Dispose();
            Directory.Delete(temporary, recursive: true);
            if (e is CommandException or OutOfMemoryException)
                throw;
            // ML.NET throws many types; the reason is in the innermost.
            throw new CommandException($"{path} cannot be scored with: {e.GetBaseException().Message.TrimEnd('.')}. A model file of ML.NET is expected that reads the columns ImagePath and Label (text) and gives Score.", e);
        }
    }

    static class AnnotationsOf
    {
        public const string SlotNames = "SlotNames", KeyValues = "KeyValues";
    }

    static string[]? Names(DataViewSchema.Column column, string kind, int count)
    {
        if (column.Annotations.Schema.GetColumnOrNull(kind) is not { Type: VectorDataViewType { ItemType: TextDataViewType } } annotation)
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue(annotation.Name, ref names);
        return names.Length == count ? [.. names.DenseValues().Select(name => name.ToString())] : null;
    }

    protected override IReadOnlyList<ImageScores> ScoreBatch(IReadOnlyList<ModelImage> images)
    {
        try
        {
            return ScoreAll(images);
        }
        catch (Exception e) when (e is not OutOfMemoryException && images.Count == 1)
        {
            return [new(images[0].Name, null, e.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.'))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [.. images.SelectMany(image => ScoreBatch([image]))]; // ML.NET does not say which of them it was
        }
    }

    List<ImageScores> ScoreAll(IReadOnlyList<ModelImage> images)
    {
        var written = new List<string>();
        try
        {
            var rows = images.Select(image => new ImageRows.OfFile { ImagePath = PathOf(image, written) }).ToList();
            var scored = model.Transform(mlContext.Data.LoadFromEnumerable(rows));
            return [.. images.Zip(scored.GetColumn<float[]>(Score_), (image, scores) => new ImageScores(image.Name, scores, null))];
        }
        finally
        {
            written.ForEach(File.Delete);
        }
    }

    /// <summary>The image's file; pixels become one, without loss.</summary>
    string PathOf(ModelImage image, List<string> written)
    {
        if (image is ModelImage.OfFile file)
            return Path.GetFullPath(file.Path);
        using var picture = ImageRows.Picture((ModelImage.OfPixels)image);
        var path = Path.Combine(temporary, $"{Guid.NewGuid():N}.png");
        picture.Save(path);
        written.Add(path);
        return path;
    }

    public override void Dispose()
    {
        (model as IDisposable)?.Dispose();
        Directory.Delete(temporary, recursive: true);
    }
}
