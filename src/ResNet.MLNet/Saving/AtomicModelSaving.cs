using Microsoft.ML.Data;
using ResNet.Torch.Weights;

namespace Microsoft.ML;

/// <summary>Saving of ML.NET's model files so that a killed program or a full disk leaves a whole one.</summary>
public static class AtomicModelSaving
{
    /// <summary>
    /// Writes any model as <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/> does, and lets it appear under its name when it is
    /// whole: who reads the path meanwhile, or after this program was killed, finds the file that was there before or the new one. <c>Save</c> itself
    /// writes into the file that is there, and leaves a part of a zip when it is ended.
    /// </summary>
    /// <param name="catalog">The model operations of an <see cref="MLContext"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">
    /// The schema of the model's input, which <c>Load</c> gives back; or null. ML.NET leaves out columns of images, and refuses a schema that has no others:
    /// for one of those no schema is written, as with null.
    /// </param>
    /// <param name="path">The file, in a folder that is there; it is replaced if there is one.</param>
    /// <remarks>While it is written, it lies beside its place with ".tmp" at its end. What killed savings of the same file have left so
    /// is removed, if it was written more than a second ago.</remarks>
    /// <exception cref="IOException">The file could not be written: the disk is full, say. What was there before is as it was, and nothing is left beside it.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a folder, or may not be written.</exception>
    /// <exception cref="NotSupportedException">The model cannot be saved; the message says why.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            AtomicFile.Write(path, stream => catalog.Save(model, HasSavableColumn(inputSchema) ? inputSchema : null, stream));
        }
        catch (Exception e) when (e.GetType() == typeof(IOException))
        {
            throw new IOException($"{Path.GetFullPath(path)} was not saved, and what was there before is as it was: {e.Message}", e);
        }
    }

    /// <summary>Whether ML.NET's binary format has a form for a column: for numbers, truth values, text, times, keys, and vectors of them.</summary>
    static bool HasSavableColumn(DataViewSchema? schema) =>
        schema is not null && schema.Any(column => !column.IsHidden && column.Type is PrimitiveDataViewType or VectorDataViewType);
}
