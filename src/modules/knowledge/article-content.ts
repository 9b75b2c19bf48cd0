/** Sealed part of an article (`knowledge_articles.sealed`). */
export interface ArticleContent {
  title: string;
  category: string;
  body: string;
  keywords: string[];
}
